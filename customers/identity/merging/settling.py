"""What follows from whose the records, contacts and trade are now: fields, last contact, tiers."""

from datetime import date
from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.identity import points, survivorship
from customers.importing.sql import LOCK_TOUCHED
from customers.registry import listening

# One with no record of their own is what their row says: no source's word is theirs.
_SETTLES: Final = """
SELECT c.id, NULL::text FROM unnest(%(customers)s::bigint[]) c (id) WHERE EXISTS (
  SELECT FROM customers_sourcerecord r WHERE r.customer_id = c.id AND r.kind = 'customers' AND NOT EXISTS (
    SELECT FROM customers_mergedrow e WHERE e.relation = 'customers_sourcerecord' AND e.row_id = r.id))
"""


def settle_both(cursor: CursorWrapper, customers: list[int], *, since: date) -> None:
    """Of customers who received what was another's, and is theirs since that day; `imp_touched` is there."""
    survivorship.touch(cursor, _SETTLES, {"customers": customers})
    listening.moved(cursor, customers, since=since)
    cursor.execute(LOCK_TOUCHED)
    survivorship.settle_touched(cursor)
    points.settle(cursor)
