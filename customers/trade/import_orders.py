"""`orders`: one line a row; all rows of an order in a file are its lines and replace the earlier ones."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.identity.merging.origins import follow
from customers.identity.naming import NAME, NAMES, join
from customers.identity.tier_on import join_tier
from customers.importing import parsers
from customers.importing.exports import Export, moment, source, wanted
from customers.importing.registry import Column, Derive, ImportSpec, Reference
from customers.importing.sql import JOIN_TEAM, NIL
from customers.importing.statistics import refresh_statistics
from customers.models import ImportBatch
from customers.trade.amounts import RowRates, check_size, company_currency


def deriver(_batch: ImportBatch) -> Derive:
    rates, company = RowRates(), company_currency()
    placed_at, status, currency = SPEC.places("placed_at", "status", "currency")
    quantity, unit_price, unit_cost = SPEC.places("quantity", "unit_price", "unit_cost")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        row[status] = row[status] or "placed"
        row[currency] = row[currency] or company
        rate = rates.rate(row[currency], row[placed_at])
        check_size(rate, "unit_price", row[quantity], row[unit_price])
        check_size(rate, "unit_cost", row[quantity], row[unit_cost] or "0")
        return (rate,)

    return derive


# Products the lines name: made when unknown; a bare one's name is that of the newest line that sold it.
_PRODUCTS = f"""
DROP TABLE IF EXISTS imp_products;
CREATE TEMP TABLE imp_products ON COMMIT DROP AS
SELECT x.*, sr.id AS record_id, coalesce(sr.object_id, p.id) AS product_id, p.id IS NULL AS lacking,
       sr.id IS NOT NULL AND sr.digest = '{NIL}' AND (sr.payload ->> 'seen_at') COLLATE "C" < x.seen_at AS newer
FROM (
  SELECT _system_id, product_code, product_name,
         CASE WHEN product_name = '' THEN '' ELSE
           (CASE WHEN was_sold THEN '1 ' ELSE '0 ' END)
           || to_char(placed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US ') || product_name
         END COLLATE "C" AS seen_at
  FROM (  -- in the order of `seen_at`, which is put together for one line of each
    SELECT DISTINCT ON (r._system_id, r.product_code) r._system_id, r.product_code, r.product_name, r.placed_at,
           r.quantity > 0 AND r.unit_price > 0 AS was_sold
    FROM imp_rows r JOIN imp_keys k ON k._system_id = r._system_id AND k._key = r._key
    WHERE r.product_code <> '' AND k._action IN ('created', 'updated')
    ORDER BY r._system_id, r.product_code, r.product_name <> '' DESC, was_sold DESC, r.placed_at DESC,
             r.product_name COLLATE "C" DESC
  ) named
) x
LEFT JOIN customers_sourcerecord sr
  ON sr.system_id = x._system_id AND sr.kind = 'products' AND sr.external_id = x.product_code
LEFT JOIN customers_product p ON p.system_id = x._system_id AND p.code = x.product_code;
UPDATE imp_products SET product_id = nextval(pg_get_serial_sequence('customers_product', 'id')) WHERE lacking;
INSERT INTO customers_product (id, system_id, code, name)
SELECT product_id, _system_id, product_code, product_name FROM imp_products WHERE lacking;
INSERT INTO customers_sourcerecord (system_id, kind, external_id, digest, payload, object_id, first_seen_at, changed_at)
SELECT _system_id, 'products', product_code, '{NIL}', jsonb_build_object('seen_at', seen_at), product_id, now(), now()
FROM imp_products WHERE lacking AND record_id IS NULL;
UPDATE customers_product p SET name = n.product_name FROM imp_products n WHERE n.newer AND p.id = n.product_id;
UPDATE customers_sourcerecord sr SET payload = jsonb_build_object('seen_at', n.seen_at), changed_at = now()
FROM imp_products n WHERE n.newer AND sr.id = n.record_id;
"""  # noqa: S608 - a constant of this code base

_TIER = join_tier("k.customer_id", "crm_day(k.placed_at)")

_ANY_CHANGED = "SELECT EXISTS (SELECT FROM imp_keys WHERE _action = 'updated')"
_BEFORE_CHANGES = """
DROP TABLE IF EXISTS imp_followers;
CREATE TEMP TABLE imp_followers ON COMMIT DROP AS
SELECT i.id, k.customer_id FROM imp_keys k JOIN customers_order o ON o.id = k._object
JOIN customers_invoice i ON i.order_id = o.id AND i.customer_id IS NOT DISTINCT FROM o.customer_id
WHERE k._action = 'updated' AND k.customer_id IS DISTINCT FROM o.customer_id;
UPDATE customers_invoice i SET customer_id = f.customer_id, tier_id = (
  SELECT tier.tier_id FROM crm_tier_on(f.customer_id, i.due_on) tier)
FROM imp_followers f WHERE i.id = f.id;
DELETE FROM customers_orderline
WHERE order_id = ANY (SELECT k._object FROM imp_keys k WHERE k._action = 'updated');
"""
_NEW = f"""
INSERT INTO customers_order
  (id, number, customer_id, placed_at, status, currency, amount, amount_company, team_id, tier_id)
SELECT k._object, k._key, k.customer_id, k.placed_at, k.status, k.currency, k.amount, k.amount_company,
       team.id, tier.tier_id
FROM imp_keys k {JOIN_TEAM} {_TIER} WHERE k._action = 'created'
"""  # noqa: S608 - a constant of this code base
_CHANGED = f"""
UPDATE customers_order o SET customer_id = v.customer_id, placed_at = v.placed_at, status = v.status,
  currency = v.currency, amount = v.amount, amount_company = v.amount_company, team_id = v.team_id, tier_id = v.tier_id
FROM (SELECT k.*, team.id AS team_id, tier.tier_id FROM imp_keys k {JOIN_TEAM} {_TIER} WHERE k._action = 'updated') v
WHERE o.id = v._object
"""  # noqa: S608 - a constant of this code base

_LINES = """
INSERT INTO customers_orderline (order_id, product_id, quantity, unit_price, unit_cost, amount_company, cost_company,
                                 day, counted, team_id, tier_id, product_group_id)
SELECT o.id, p.id, r.quantity, r.unit_price, r.unit_cost, round(r.quantity * r.unit_price * r.rate, 4),
       d.cost, d.day, d.counted, d.team_id, d.tier_id, d.product_group_id
FROM imp_keys k
JOIN customers_order o ON o.id = k._object
JOIN imp_rows r ON r._system_id = k._system_id AND r._key = k._key
LEFT JOIN customers_product p ON p.system_id = r._system_id AND p.code = r.product_code
CROSS JOIN LATERAL crm_line_derived(o, p, r.quantity, r.unit_cost, round(r.quantity * r.unit_cost * r.rate, 4)) d
WHERE k._action IN ('created', 'updated')
ORDER BY o.id, r._line;
"""


def write(cursor: CursorWrapper) -> None:
    cursor.execute(_PRODUCTS)
    cursor.execute(_ANY_CHANGED)
    (any_changed,) = cursor.fetchone()
    if any_changed:
        cursor.execute(_BEFORE_CHANGES)
        cursor.execute(_CHANGED)
        follow(cursor, table="customers_invoice", rows="imp_followers", parent="customers_order", name="order_id")
    cursor.execute(_NEW)
    refresh_statistics(cursor)
    cursor.execute(_LINES)


SPEC = ImportSpec(
    kind="orders",
    label=_("orders"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("customer_external_id", parsers.text(251)),
        Column("placed_at", parsers.moment, sql="timestamptz", required=True),
        Column("status", parsers.choice("placed", "shipped", "cancelled", "returned")),
        Column("currency", parsers.currency),
        Column("product_code", parsers.text(100)),
        Column("product_name", parsers.text(300)),
        Column("quantity", parsers.decimal, sql="numeric(18,4)", required=True),
        Column("unit_price", parsers.decimal, sql="numeric(18,4)", required=True),
        Column("unit_cost", parsers.decimal, sql="numeric(18,4)", empty=None),
        Column("team", parsers.team),
    ),
    table="customers_order",
    makes=("products",),
    grows=("customers_orderline", "customers_product"),
    references=(Reference("customer_external_id", "customers", "customer_id"),),
    derived=(("rate", "numeric"),),
    deriver=deriver,
    many=True,
    headers={
        "customer_external_id": "max(customer_external_id)",
        "placed_at": "min(placed_at)",
        # one word for the order: what is still to be done wins
        "status": "CASE WHEN bool_or(status = 'placed') THEN 'placed' WHEN bool_or(status = 'shipped') THEN 'shipped'"
        " WHEN bool_or(status = 'returned') THEN 'returned' ELSE 'cancelled' END",
        "currency": "max(currency)",
        "team": "max(team)",
        "amount": "sum(round(quantity * unit_price, 4))",
        "amount_company": "sum(round(quantity * unit_price * rate, 4))",
    },
    conflicts={
        "customer_external_id": "min(nullif(customer_external_id, '')) <> max(nullif(customer_external_id, ''))",
        "currency": "min(currency) <> max(currency)",
    },
    conflict_reasons={
        "customer_external_id": _("rows of this order name different customers"),
        "currency": _("rows of this order have different currencies"),
    },
    moment="r.placed_at",
    team=True,
    write=(write,),
)

EXPORT = Export(
    kind="orders",
    known=("customer_id",),
    numbers=("customer_id",),
    select=f"""
    WITH {NAMES}
    SELECT {source("s")}, f.number, {NAME}, {moment("f.placed_at")}, f.status, f.currency, p.code, p.name,
           trim_scale(l.quantity), trim_scale(l.unit_price), trim_scale(l.unit_cost), team.key, f.customer_id
    FROM customers_order f
    JOIN customers_orderline l ON l.order_id = f.id
    LEFT JOIN customers_product p ON p.id = l.product_id
    LEFT JOIN accounts_team team ON team.id = f.team_id
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'orders' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id {join("f", of="sr")}
    WHERE {wanted("sr")} ORDER BY s.key, f.number, f.id, l.id
    """,  # noqa: S608 - constants of this code base
)
