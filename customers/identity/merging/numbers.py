"""What is known by a number or an address alone follows it when two customers become one, and back.

What was the absorbed's alone moves with them and keeps the tier of its day (`customers.identity.merging.moving`). Where
both had a number, nobody was known by it: those are matched anew.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.identity import points

# Before the numbers move: those that were not the absorbed's alone.
_NOTE: Final = """
DROP TABLE IF EXISTS merge_number;
CREATE TEMP TABLE merge_number ON COMMIT DROP AS
SELECT p.kind, p.normalised FROM (
  SELECT DISTINCT kind, normalised FROM customers_contactpoint
  WHERE customer_id = %(customer)s AND kind IN ('phone', 'email') AND normalised <> ''
) p LEFT JOIN LATERAL crm_point_owner(p.normalised) o ON true WHERE o.customer_id IS DISTINCT FROM %(customer)s
"""
_CHANGED: Final = """
INSERT INTO imp_changed_values SELECT n.kind, n.normalised, c.id
FROM merge_number n, (SELECT DISTINCT x AS id FROM unnest(%(customers)s::bigint[]) x) c
"""
# Those who had begun to write before may have found the survivor.
_MARK: Final = """
INSERT INTO customers_pointmark (kind, normalised, customer_id)
SELECT DISTINCT p.kind, p.normalised, c.id
FROM customers_contactpoint p, unnest(%(customers)s::bigint[]) c (id)
WHERE p.customer_id = %(customer)s AND p.kind IN ('phone', 'email') AND p.normalised <> ''
"""


def note_shared(cursor: CursorWrapper, *, customer: int) -> None:
    """Before the customer's numbers move."""
    cursor.execute(_NOTE, {"customer": customer})


def match_shared(cursor: CursorWrapper, *, customers: list[int]) -> None:
    """After they have; for the customers concerned who are left."""
    points.change(cursor, _CHANGED, {"customers": customers})


def mark_all(cursor: CursorWrapper, *, customer: int, customers: list[int]) -> None:
    """The numbers are this customer's again: a job looks once more at what is known by them."""
    cursor.execute(_MARK, {"customer": customer, "customers": customers})
