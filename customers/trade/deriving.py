"""What triggers derive, held against the rows it follows from: finds what was written while they were switched off."""

from django.db.backends.utils import CursorWrapper

_COLUMNS = ("day", "counted", "team_id", "tier_id", "product_group_id", "cost_company")
_STORED, _FRESH = (", ".join(f"{row}.{name}" for name in _COLUMNS) for row in "ld")
_ROWS = f"""
customers_orderline l JOIN customers_order o ON o.id = l.order_id LEFT JOIN customers_product p ON p.id = l.product_id
CROSS JOIN LATERAL crm_line_derived(o, p, l.quantity, l.unit_cost, l.cost_company) AS d ({", ".join(_COLUMNS)})"""
_DIFFER = f"({_STORED}) IS DISTINCT FROM ({_FRESH})"

# One look at each line of the range, its order and its product, by their keys.
_LINES = f"SELECT l.id FROM {_ROWS} WHERE l.id >= %(first)s AND l.id < %(after)s AND {_DIFFER}"  # noqa: S608 - constants
_OF_LINES = "id IN (SELECT {} FROM customers_orderline WHERE id = ANY(%(ids)s)) ORDER BY id"
_LOCK = (
    f"SELECT FROM customers_order WHERE {_OF_LINES.format('order_id')} FOR NO KEY UPDATE",
    f"SELECT FROM customers_product WHERE {_OF_LINES.format('product_id')} FOR SHARE",
)
_WRITE_LINES = f"""
UPDATE customers_orderline x SET ({", ".join(_COLUMNS)}) = ROW ({_FRESH})
FROM {_ROWS} WHERE x.id = l.id AND l.id = ANY(%(ids)s) AND {_DIFFER}"""  # noqa: S608 - the same

# One look at each invoice of the range and at its payments.
_INVOICES = """
SELECT i.id FROM customers_invoice i JOIN invoice_as_paid p ON p.id = i.id
WHERE (i.paid, i.paid_on_time, i.settled_on) IS DISTINCT FROM (p.paid, p.paid_on_time, p.settled_on)"""
_INVOICES_BETWEEN = f"""{_INVOICES}
  AND i.id >= %(first)s AND i.id < %(after)s AND p.id >= %(first)s AND p.id < %(after)s"""
_THESE_INVOICES = f"{_INVOICES} AND i.id = ANY(%(ids)s) AND p.id = ANY(%(ids)s)"

# One look at each payment of the range and at its invoice.
_PAYMENTS = """
SELECT p.id FROM customers_payment p JOIN customers_invoice i ON i.id = p.invoice_id
WHERE p.customer_id IS DISTINCT FROM i.customer_id"""


def find_lines(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Order lines that do not say what their order and product say."""
    return _differing(cursor, _LINES, first, after)


def mend_lines(cursor: CursorWrapper, ids: list[int]) -> int:
    """Orders and products are locked in the order in which the triggers lock them, before they are read again."""
    for statement in (*_LOCK, _WRITE_LINES):
        cursor.execute(statement, {"ids": ids})
    return int(cursor.rowcount)


def find_invoices(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Invoices that do not say what their payments come to."""
    return _differing(cursor, _INVOICES_BETWEEN, first, after)


def mend_invoices(cursor: CursorWrapper, ids: list[int]) -> int:
    cursor.execute(_THESE_INVOICES, {"ids": ids})
    count = int(cursor.rowcount)
    cursor.execute("SELECT crm_settle(%s)", [ids])
    return count


def find_payments(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Payments that belong to another customer than their invoice."""
    return _differing(cursor, f"{_PAYMENTS} AND p.id >= %(first)s AND p.id < %(after)s", first, after)


def mend_payments(cursor: CursorWrapper, ids: list[int]) -> int:
    cursor.execute(f"{_PAYMENTS} AND p.id = ANY(%(ids)s)", {"ids": ids})
    wrong = [pk for (pk,) in cursor.fetchall()]
    cursor.execute(
        "SELECT crm_settle(ARRAY(SELECT DISTINCT invoice_id FROM customers_payment WHERE id = ANY(%s)))", [wrong]
    )
    return len(wrong)


def _differing(cursor: CursorWrapper, statement: str, first: int, after: int) -> list[int]:
    cursor.execute(statement, {"first": first, "after": after})
    return [pk for (pk,) in cursor.fetchall()]
