"""When a customer was last in touch: the time of the newest contact (`is_contact`) on record."""

from collections.abc import Collection
from datetime import date

from django.db.backends.utils import CursorWrapper

# Whoever writes another contact of the customer meanwhile waits, or is waited for: the next statement sees it.
_LOCK = "SELECT FROM customers_customer WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
_LAST_CONTACT = """
UPDATE customers_customer c SET last_contact_at = last.at
FROM unnest(%(ids)s::bigint[]) AS t (id) CROSS JOIN LATERAL crm_last_contact(t.id) last
WHERE c.id = t.id AND c.last_contact_at IS DISTINCT FROM last.at
"""
_TOUCH = """
INSERT INTO imp_touched (customer_id, settles)
SELECT t.id, false FROM unnest(%(ids)s::bigint[]) AS t (id) CROSS JOIN LATERAL crm_last_contact(t.id) last
LEFT JOIN customers_customer c ON c.id = t.id
WHERE c.last_contact_at IS DISTINCT FROM last.at
"""
# One index probe a customer of the range.
_DIFFERING = """
SELECT c.id FROM customers_customer c CROSS JOIN LATERAL crm_last_contact(c.id) last
WHERE c.id >= %(first)s AND c.id < %(after)s AND c.last_contact_at IS DISTINCT FROM last.at
"""
_TOUCHED = "SELECT DISTINCT customer_id FROM imp_touched WHERE NOT settles"


def refresh_last_contact(cursor: CursorWrapper, customer_ids: Collection[int]) -> int:
    """Let `last_contact_at` be the time of the newest contact, after contacts came or went; locks the customers' rows.

    Returns of how many it was another. One index probe per customer.
    """
    ids = {"ids": sorted(customer_ids)}
    cursor.execute(_LOCK, ids)
    cursor.execute(_LAST_CONTACT, ids)
    return int(cursor.rowcount)


def touch_last_contact(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    """Leave it to `settle_last_contact`, when the customers' rows are locked."""
    cursor.execute(_TOUCH, {"ids": customer_ids})


def touch_receivers(cursor: CursorWrapper, customer_ids: list[int], _since: date) -> None:
    """Of customers who were given what was another's."""
    touch_last_contact(cursor, customer_ids)


def find_last_contact(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Customers of a range whose `last_contact_at` is not the time of the newest contact."""
    cursor.execute(_DIFFERING, {"first": first, "after": after})
    return [customer for (customer,) in cursor.fetchall()]


def settle_last_contact(cursor: CursorWrapper) -> None:
    cursor.execute(_TOUCHED)
    refresh_last_contact(cursor, [customer for (customer,) in cursor.fetchall()])
