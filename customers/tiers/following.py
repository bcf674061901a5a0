"""Facts follow their customer's tier: rewritten in short steps, once for all and without anybody waiting.

Who changes an assignment marks the customer in the same transaction. Who writes a fact reads the tier as it writes, and
holds `locks.FACTS` shared meanwhile, which nobody ever takes alone: it tells who is at it. One who began before the
assignment changed may bring a fact with the old tier after we have looked; so a mark stays until all who were at it
then have ended, and its facts are looked at again. A process that dies leaves marks, which the sweeper finds.
"""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.pacing import Pace
from customers.registry.tiered_facts import TieredFact, tiered_facts

FIRST_MARKS, MOST_MARKS, STEP_S = 100, 10_000, 0.1

# The marks to look at: new ones, and those for which nobody is to be waited any more. Cost: the marks, once.
_TAKE = """
DROP TABLE IF EXISTS tier_step;
CREATE TEMP TABLE tier_step ON COMMIT DROP AS
SELECT id, customer_id, from_day, waits_for IS NULL AS is_new FROM customers_tiermark
WHERE waits_for IS NULL OR NOT waits_for && %(at_it)s::text[]
ORDER BY id LIMIT %(most)s
"""
_KEEP = "UPDATE customers_tiermark m SET waits_for = %(at_it)s FROM tier_step s WHERE m.id = s.id AND s.is_new"
_DROP = "DELETE FROM customers_tiermark m USING tier_step s WHERE m.id = s.id AND NOT (s.is_new AND %(anyone)s)"


def follow() -> None:
    """Rewrite the facts of marked customers. Marks that wait for writers still at it are left for the next time."""
    pace = Pace(FIRST_MARKS, seconds=STEP_S, least=1, most=MOST_MARKS)
    more = True
    while more:
        with pace.timed():
            more = _step(most=pace.amount)


def _step(*, most: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.TIER_MARKS], wait_s=locks.JOB_PATIENCE_S)
        at_it = locks.holders(cursor, locks.FACTS)
        cursor.execute(_TAKE, {"at_it": at_it, "most": most})
        if not _any(cursor):
            return False
        for fact in tiered_facts():
            cursor.execute(_rewrite(fact))
        cursor.execute(_DROP, {"anyone": bool(at_it)})
        cursor.execute(_KEEP, {"at_it": at_it})
    return True


def _any(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT EXISTS (SELECT FROM tier_step)")
    return bool(cursor.fetchone()[0])


def _rewrite(fact: TieredFact) -> str:
    """Rows of the marked customers from their day on get the tier of their day; touches only rows that differ."""
    source, join = (f", {fact.source}", f"AND {fact.join}") if fact.source else ("", "")
    tier = f"(SELECT t.tier_id FROM crm_tier_on({fact.customer}, {fact.day}) t)"  # noqa: S608 - the same
    return f"""
UPDATE {fact.table} f SET tier_id = {tier}
FROM (SELECT customer_id, min(from_day) AS from_day FROM tier_step GROUP BY customer_id) s{source}
WHERE {fact.customer} = s.customer_id {join} AND {fact.day} >= s.from_day AND f.tier_id IS DISTINCT FROM {tier}
"""  # noqa: S608 - assembled from constants of registered facts
