"""Who has become one with whom."""

from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.models import Customer, Merge

RECORDS: Final = "customers_sourcerecord"

# The merges by which a customer became what they were: whom they absorbed, whom those had, and so on.
_BELOW: Final = """
WITH RECURSIVE below AS (
  SELECT id, absorbed_id FROM customers_merge WHERE survivor_id = %(customer)s AND undone_at IS NULL
  UNION ALL
  SELECT m.id, m.absorbed_id FROM below b JOIN customers_merge m ON m.survivor_id = b.absorbed_id
  WHERE m.undone_at IS NULL
)
SELECT id FROM below ORDER BY id
"""


def find_root(customer_id: int) -> int | None:
    """With whom a customer who was absorbed is one now; None for one who was not. One index probe."""
    return Merge.objects.filter(Merge.ACTIVE, absorbed_id=customer_id).values_list("root_id", flat=True).first()


def find_survivor(customer_id: int) -> Customer | None:
    """The same, as a customer."""
    return Customer.objects.filter(pk=find_root(customer_id) or 0).first()


def merges_below(cursor: CursorWrapper, customer_id: int) -> list[int]:
    """The active merges whose absorbed ones have become one with the customer, directly or by way of others."""
    cursor.execute(_BELOW, {"customer": customer_id})
    return [merge for (merge,) in cursor.fetchall()]
