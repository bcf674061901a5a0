"""What is known by a number or an address alone follows it when two customers become one, and back.

What was the absorbed's alone moves with them and keeps the tier of its day (`customers.identity.merging.moving`). Where
both had a number, nobody was known by it: those are matched anew.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.identity import points

Number = tuple[str, str]
"""Kind and normalised value of a contact point."""

_SHARED: Final = """
SELECT p.kind, p.normalised FROM (
  SELECT DISTINCT kind, normalised FROM customers_contactpoint
  WHERE customer_id = %(customer)s AND kind IN ('phone', 'email') AND normalised <> ''
) p LEFT JOIN LATERAL crm_point_owner(p.normalised) o ON true WHERE o.customer_id IS DISTINCT FROM %(customer)s
"""
_CHANGED: Final = """
INSERT INTO imp_changed_values SELECT n.kind, n.normalised, c.id
FROM unnest(%(kinds)s::text[], %(values)s::text[]) n (kind, normalised), unnest(%(customers)s::bigint[]) c (id)
"""
# Those who had begun to write before may have found the survivor.
_MARK: Final = """
INSERT INTO customers_pointmark (kind, normalised, customer_id)
SELECT DISTINCT p.kind, p.normalised, c.id
FROM customers_contactpoint p, unnest(%(customers)s::bigint[]) c (id)
WHERE p.customer_id = %(customer)s AND p.kind IN ('phone', 'email') AND p.normalised <> ''
"""


def shared(cursor: CursorWrapper, *, customer: int) -> list[Number]:
    """Those that are not this customer's alone."""
    cursor.execute(_SHARED, {"customer": customer})
    return list(cursor.fetchall())


def match(cursor: CursorWrapper, numbers: list[Number], *, customers: list[int]) -> None:
    """Whoever had or has one of the numbers; only customers who are there."""
    if numbers:
        kinds, values = ([number[at] for number in numbers] for at in (0, 1))
        points.change(cursor, _CHANGED, {"kinds": kinds, "values": values, "customers": customers})


def mark_all(cursor: CursorWrapper, *, customer: int, customers: list[int]) -> None:
    """The numbers are this customer's again: a job looks once more at what is known by them."""
    cursor.execute(_MARK, {"customer": customer, "customers": customers})
