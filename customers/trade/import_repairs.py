"""`repairs`: what after-sales mended for a customer; a product that nobody has named yet is made, as by an order."""

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.identity.naming import NAME, NAMES, join
from customers.importing import parsers
from customers.importing.exports import Export, moment, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec, Invalid, Reference
from customers.importing.sql import NIL
from customers.models import ImportBatch
from customers.trade.amounts import check_size


def deriver(_batch: ImportBatch) -> Derive:
    opened_at, closed_at, cost, under_warranty = SPEC.places("opened_at", "closed_at", "cost", "under_warranty")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        opened, closed = row[opened_at], row[closed_at]
        if opened and closed and datetime.fromisoformat(closed) < datetime.fromisoformat(opened):
            raise Invalid(_("it is closed before it is opened"), "closed_at")
        check_size("1", "cost", row[cost])
        row[under_warranty] = row[under_warranty] or "false"
        return ()

    return derive


# Bare ones, whose name and cost an order's line or a row of `products` gives them.
_PRODUCTS = f"""
WITH made AS (
  INSERT INTO customers_product (system_id, code, name)
  SELECT DISTINCT k._system_id, k.product_code, '' FROM imp_keys k
  WHERE k.product_code <> '' AND k._action IN ('created', 'updated') AND NOT EXISTS (
    SELECT FROM customers_product p WHERE p.system_id = k._system_id AND p.code = k.product_code)
  RETURNING id, system_id, code
)
INSERT INTO customers_sourcerecord (system_id, kind, external_id, digest, payload, object_id, first_seen_at, changed_at)
SELECT system_id, 'products', code, '{NIL}', jsonb_build_object('seen_at', ''), id, now(), now() FROM made
ON CONFLICT (system_id, kind, external_id) DO NOTHING
"""  # noqa: S608 - a constant of this code base


def make_products(cursor: CursorWrapper) -> None:
    cursor.execute(_PRODUCTS)


SPEC = ImportSpec(
    kind="repairs",
    label=gettext_lazy("repairs"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("customer_external_id", parsers.text(251), required=True),
        Column("product_code", parsers.text(100)),
        Column("opened_at", parsers.moment, sql="timestamptz", required=True),
        Column("closed_at", parsers.moment, sql="timestamptz", empty=None),
        Column("cost", parsers.decimal, sql="numeric(18,4)", empty=None),
        Column("under_warranty", parsers.yes_no, sql="boolean", empty=None),
        Column("description", parsers.text()),
    ),
    table="customers_repair",
    makes=("products",),
    grows=("customers_product",),
    references=(Reference("customer_external_id", "customers", "customer_id"),),
    deriver=deriver,
    moment="r.opened_at",
    write=(
        make_products,
        Facts(
            "customers_repair",
            {
                "number": "k._key",
                "customer_id": "k.customer_id",
                "product_id": "p.id",
                "opened_at": "k.opened_at",
                "closed_at": "k.closed_at",
                "cost": "k.cost",
                "under_warranty": "k.under_warranty",
                "description": "k.description",
            },
            joins="LEFT JOIN customers_product p ON p.system_id = k._system_id AND p.code = k.product_code",
        ),
    ),
)

EXPORT = Export(
    kind="repairs",
    known=("customer_id",),
    numbers=("customer_id",),
    select=f"""
    WITH {NAMES}
    SELECT {source("s")}, f.number, {NAME}, p.code, {moment("f.opened_at")}, {moment("f.closed_at")},
           trim_scale(f.cost), f.under_warranty::text, f.description, f.customer_id
    FROM customers_repair f
    LEFT JOIN customers_product p ON p.id = f.product_id
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'repairs' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id {join("f", of="sr")}
    WHERE {wanted("sr")} ORDER BY s.key, f.number, f.id
    """,  # noqa: S608 - constants of this code base
)
