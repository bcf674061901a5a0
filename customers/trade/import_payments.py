"""`payments`: money received for an invoice, in its currency; the invoice's figures follow by trigger."""

from django.utils.translation import gettext_lazy as _

from customers.importing import parsers
from customers.importing.exports import Export, reference, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, ImportSpec, Reference

SPEC = ImportSpec(
    kind="payments",
    label=_("payments"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("invoice_external_id", parsers.text(251), required=True),
        Column("paid_on", parsers.day, sql="date", required=True),
        Column("amount", parsers.decimal, sql="numeric(18,4)", required=True),
    ),
    table="customers_payment",
    references=(Reference("invoice_external_id", "invoices", "invoice_id", changes=True),),
    write=(Facts("customers_payment", {"invoice_id": "k.invoice_id", "paid_on": "k.paid_on", "amount": "k.amount"}),),
)

EXPORT = Export(
    kind="payments",
    select=f"""
    SELECT {source("s")}, coalesce(sr.external_id, ''), {reference("billed", "biller", of="sr")}, f.paid_on,
           trim_scale(f.amount)
    FROM customers_payment f
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'payments' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id
    LEFT JOIN customers_sourcerecord billed ON billed.kind = 'invoices' AND billed.object_id = f.invoice_id
    LEFT JOIN customers_sourcesystem biller ON biller.id = billed.system_id
    WHERE {wanted("sr")} ORDER BY s.key, sr.external_id, f.id
    """,  # noqa: S608 - constants of this code base
)
