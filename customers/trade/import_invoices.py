"""`invoices`: bills; one without a customer of its own belongs to its order's."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.identity.naming import NAME, NAMES, join
from customers.identity.tier_on import join_tier
from customers.importing import parsers
from customers.importing.exports import Export, reference, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec, Invalid, Reference
from customers.importing.sql import JOIN_TEAM
from customers.models import ImportBatch
from customers.trade.amounts import RowRates, check_size, company_currency


def deriver(_batch: ImportBatch) -> Derive:
    rates, company = RowRates(), company_currency()
    issued_on, due_on, currency, amount = SPEC.places("issued_on", "due_on", "currency", "amount")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        issued, due = row[issued_on] or "", row[due_on] or ""
        if due < issued:
            raise Invalid(f"{due} < {issued}", "due_on")
        row[currency] = row[currency] or company
        rate = rates.rate(row[currency], issued)
        check_size(rate, "amount", row[amount])
        return (rate,)

    return derive


_BELONGS = """
UPDATE imp_keys k SET customer_id = o.customer_id FROM customers_order o
WHERE k.customer_id IS NULL AND o.id = k.order_id;
"""


def belong(cursor: CursorWrapper) -> None:
    cursor.execute(_BELONGS)


SPEC = ImportSpec(
    kind="invoices",
    label=_("invoices"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("customer_external_id", parsers.text(251)),
        Column("order_external_id", parsers.text(251)),
        Column("issued_on", parsers.day, sql="date", required=True),
        Column("due_on", parsers.day, sql="date", required=True),
        Column("currency", parsers.currency),
        Column("amount", parsers.decimal, sql="numeric(18,4)", required=True),
        Column("team", parsers.team),
    ),
    table="customers_invoice",
    references=(
        Reference("customer_external_id", "customers", "customer_id"),
        Reference("order_external_id", "orders", "order_id"),
    ),
    derived=(("rate", "numeric"),),
    deriver=deriver,
    moment="r.issued_on::timestamp AT TIME ZONE 'UTC'",
    team=True,
    prepare=(belong,),
    write=(
        Facts(
            "customers_invoice",
            {
                "number": "k._key",
                "customer_id": "k.customer_id",
                "order_id": "k.order_id",
                "issued_on": "k.issued_on",
                "due_on": "k.due_on",
                "currency": "k.currency",
                "amount": "k.amount",
                "amount_company": "round(k.amount * k.rate, 4)",
                "team_id": "team.id",
                "tier_id": "tier.tier_id",
            },
            joins=f"{JOIN_TEAM} {join_tier('k.customer_id', 'k.due_on')}",
            once={"paid": "0", "paid_on_time": "0"},
        ),
    ),
)

EXPORT = Export(
    kind="invoices",
    known=("customer_id", "paid", "settled_on"),
    numbers=("customer_id", "paid"),
    select=f"""
    WITH {NAMES}
    SELECT {source("s")}, f.number, {NAME}, {reference("orders", "ordered", of="sr")}, f.issued_on, f.due_on,
           f.currency, trim_scale(f.amount), team.key, f.customer_id, trim_scale(f.paid), f.settled_on
    FROM customers_invoice f
    LEFT JOIN accounts_team team ON team.id = f.team_id
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'invoices' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id
    LEFT JOIN customers_sourcerecord orders ON orders.kind = 'orders' AND orders.object_id = f.order_id
    LEFT JOIN customers_sourcesystem ordered ON ordered.id = orders.system_id {join("f", of="sr")}
    WHERE {wanted("sr")} ORDER BY s.key, f.number, f.id
    """,  # noqa: S608 - constants of this code base
)
