"""When a customer was last in touch: the time of the newest contact (`is_contact`) on record."""

from django.db.backends.utils import CursorWrapper

_LAST_CONTACT = """
UPDATE customers_customer c SET last_contact_at = x.latest
FROM (SELECT t.id, (SELECT max(i.occurred_at) FROM customers_interaction i
                    WHERE i.customer_id = t.id AND i.is_contact) AS latest
      FROM unnest(%(ids)s::bigint[]) AS t (id)) x
WHERE c.id = x.id AND c.last_contact_at IS DISTINCT FROM x.latest
"""


_TOUCH = """
INSERT INTO imp_touched (customer_id, settles)
SELECT t.id, false FROM unnest(%(ids)s::bigint[]) AS t (id) LEFT JOIN customers_customer c ON c.id = t.id
WHERE c.last_contact_at IS DISTINCT FROM (
  SELECT max(i.occurred_at) FROM customers_interaction i WHERE i.customer_id = t.id AND i.is_contact)
"""
_TOUCHED = "SELECT DISTINCT customer_id FROM imp_touched WHERE NOT settles"


def refresh_last_contact(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    """Let `last_contact_at` be the time of the newest contact. One index probe per customer."""
    cursor.execute(_LAST_CONTACT, {"ids": customer_ids})


def touch_last_contact(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    """Leave it to `settle_last_contact`, when the customers' rows are locked."""
    cursor.execute(_TOUCH, {"ids": customer_ids})


def settle_last_contact(cursor: CursorWrapper) -> None:
    cursor.execute(_TOUCHED)
    refresh_last_contact(cursor, [customer for (customer,) in cursor.fetchall()])
