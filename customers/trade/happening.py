"""Orders, invoices and repairs, as those who follow a customer are told of them."""

from typing import Final

from django.utils.translation import ngettext

from customers.registry.happening import Happening

# By when their source record was first seen: an index over ranges of the table.
_ROWS: Final = """SELECT t.customer_id, r.first_seen_at AS at, NULL::bigint AS by_id
FROM customers_sourcerecord r JOIN {table} t ON t.id = r.object_id
WHERE r.first_seen_at > %(since)s AND r.first_seen_at <= %(until)s AND r.kind = '{kind}'"""

ORDERS: Final = Happening(
    key="orders",
    rows=_ROWS.format(table="customers_order", kind="orders"),
    words=lambda n: ngettext("%(n)d new order", "%(n)d new orders", n) % {"n": n},
    order=20,
)
INVOICES: Final = Happening(
    key="invoices",
    rows=_ROWS.format(table="customers_invoice", kind="invoices"),
    words=lambda n: ngettext("%(n)d new invoice", "%(n)d new invoices", n) % {"n": n},
    order=30,
)
REPAIRS: Final = Happening(
    key="repairs",
    rows=_ROWS.format(table="customers_repair", kind="repairs"),
    words=lambda n: ngettext("%(n)d new repair", "%(n)d new repairs", n) % {"n": n},
    order=35,
)
