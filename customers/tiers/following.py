"""Facts follow their customer's tier: rewritten in short steps, once for all and without anybody waiting.

Who changes an assignment marks the customer in the same transaction (`crm.common.waiting_marks`).
"""

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.waiting_marks import WaitingMarks
from customers.registry.tiered_facts import TieredFact, tiered_facts


def follow(*, wait: bool = True) -> None:
    """Rewrite the facts of marked customers. Marks that wait for writers still at it are left for the next time."""
    MARKS.follow(wait=wait)


def _rewrite_all(cursor: CursorWrapper) -> None:
    for fact in tiered_facts():
        cursor.execute(_rewrite(fact))


def _rewrite(fact: TieredFact) -> str:
    """Rows of the marked customers from their day on get the tier of their day; touches only rows that differ.

    Which tier that is costs more than all else, and is not asked for rows of earlier days; nor are those read, where an
    index finds rows by their moment: in no zone does it lie two days before its day.
    """
    source, join = (f", {fact.source}", f"AND {fact.join}") if fact.source else ("", "")
    recent = f"AND {fact.moment} >= s.from_day - 2" if fact.moment else ""
    tier = f"(SELECT t.tier_id FROM crm_tier_on({fact.customer}, {fact.day}) t)"  # noqa: S608 - the same
    return f"""
UPDATE {fact.table} f SET tier_id = {tier}
FROM (SELECT customer_id, min(from_day) AS from_day FROM tier_step GROUP BY customer_id) s{source}
WHERE {fact.customer} = s.customer_id {join} {recent} AND {fact.day} >= s.from_day
  AND CASE WHEN {fact.day} >= s.from_day THEN f.tier_id IS DISTINCT FROM {tier} END
"""  # noqa: S608 - assembled from constants of registered facts


MARKS = WaitingMarks(table="customers_tiermark", step="tier_step", lock=locks.TIER_MARKS, work=_rewrite_all)
