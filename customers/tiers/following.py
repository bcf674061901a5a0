"""Facts follow their customer's tier: rewritten in short steps, once for all and without anybody waiting.

Who changes an assignment marks the customer in the same transaction (`crm.common.waiting_marks`).
"""

from datetime import date

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.waiting_marks import WaitingMarks
from customers.registry.tiered_facts import TieredFact, tiered_facts


def follow(*, wait: bool = True) -> None:
    """Rewrite the facts of marked customers. Marks that wait for writers still at it are left for the next time."""
    MARKS.follow(wait=wait)


def mark_receivers(cursor: CursorWrapper, customer_ids: list[int], since: date) -> None:
    """What customers were given that was another's (see `customers.registry.listening`) is in their tier from that day
    on; of the days before it keeps the tier it had.
    """
    cursor.execute(_MARK_RECEIVERS, {"ids": customer_ids, "day": since})


_MARK_RECEIVERS = "INSERT INTO customers_tiermark (customer_id, from_day) SELECT unnest(%(ids)s::bigint[]), %(day)s"

# The tiers of the marked customers from their day on, and the days in none, each with its first day and the day after
# its last. A probe a customer, where to ask for each fact's day would be two a fact. An assignment that changes after
# this was read leaves another mark.
_SPANS = """
DROP TABLE IF EXISTS tier_span;
CREATE TEMP TABLE tier_span ON COMMIT DROP AS
WITH marked AS (
  SELECT customer_id, daterange(min(from_day), NULL) AS days FROM tier_step GROUP BY customer_id
), held AS (
  SELECT m.customer_id, a.tier_id, m.days, m.days * a.valid AS part
  FROM marked m LEFT JOIN customers_tierassignment a ON a.customer_id = m.customer_id
), spans AS (
  SELECT customer_id, tier_id, part FROM held WHERE NOT isempty(part)
  UNION ALL
  SELECT customer_id, NULL, unnest(datemultirange(days) - coalesce(range_agg(part), '{}'))
  FROM held GROUP BY customer_id, days
)
SELECT customer_id, tier_id, lower(part) AS first, coalesce(upper(part), 'infinity') AS until FROM spans
"""


def _rewrite_all(cursor: CursorWrapper) -> None:
    cursor.execute(";".join((_SPANS, *map(_rewrite, tiered_facts()))))


def _rewrite(fact: TieredFact) -> str:
    """Rows of the marked customers from their day on get the tier of their day; touches only rows that differ.

    Rows of other days are not even read, where an index finds rows by their moment: in no zone does it lie two days
    from its day.
    """
    source, join = (f", {fact.source}", f"AND {fact.join}") if fact.source else ("", "")
    near = f"AND {fact.moment} >= s.first - 2 AND {fact.moment} < s.until + 2" if fact.moment else ""
    return f"""
UPDATE {fact.table} f SET tier_id = s.tier_id FROM tier_span s{source}
WHERE {fact.customer} = s.customer_id {join} {near} AND {fact.day} >= s.first AND {fact.day} < s.until
  AND f.tier_id IS DISTINCT FROM s.tier_id
"""  # noqa: S608 - assembled from constants of registered facts


MARKS = WaitingMarks(table="customers_tiermark", step="tier_step", lock=locks.TIER_MARKS, work=_rewrite_all)
