"""All counts of the hygiene anew from the rows they count, in short steps beside those who follow.

What is counted so far stands beside each count (`HygieneCount.recounted`) and how far that is in the clock, so that a
run that is killed is gone on with. Whoever writes a row that was counted already counts its difference there as well
(`following_sql.WRITE`). Once all rows are counted, counts that are others become what was counted. Each step holds
`locks.HYGIENE`, a transaction of its own.
"""

from typing import Final

import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from customers.identity.hygiene.checking import REVISION
from customers.identity.hygiene.following_sql import CELL, COUNTED, SET_CLOCK, SETS, TOLD

log = structlog.get_logger(__name__)

FIRST, MOST, STEP_S = 20_000, 500_000, 0.4  # rows a step; each writes some ten thousand counts, however few rows it has

_ASK: Final = "UPDATE customers_hygieneclock SET recounted_to = -1 WHERE recounted_to IS NULL"
_AT: Final = "SELECT recounted_to FROM customers_hygieneclock WHERE recounted_to IS NOT NULL"
_IS_AT: Final = "UPDATE customers_hygieneclock SET recounted_to = %(to)s"
# What a count before has left. Cost: a pass over the counts, tens of thousands.
_CLEAR: Final = """
UPDATE customers_hygienecount SET recounted = 0
WHERE id IN (SELECT id FROM customers_hygienecount WHERE recounted <> 0 LIMIT %(most)s)
"""
_COUNT: Final = f"""
WITH batch AS MATERIALIZED (
  SELECT * FROM customers_customerhygiene WHERE customer_id > %(to)s ORDER BY customer_id LIMIT %(most)s
), changes AS (
  SELECT {COUNTED} FROM batch
), put AS (
  INSERT INTO customers_hygienecount AS c ({CELL}, code, customers, recounted)
  SELECT {TOLD}, code, 0, count(*) FROM changes GROUP BY {SETS}
  ON CONFLICT (owner_id, tier_id, team_id, system_id, code) DO UPDATE SET recounted = c.recounted + excluded.recounted
)
SELECT max(customer_id) FROM batch
"""  # noqa: S608 - constants
_MEND: Final = """
WITH gone AS (
  DELETE FROM customers_hygienecount WHERE recounted = 0 RETURNING customers
), put AS (
  UPDATE customers_hygienecount SET customers = recounted WHERE recounted <> 0 AND customers <> recounted RETURNING 1
)
SELECT (SELECT count(*) FROM gone WHERE customers <> 0) + (SELECT count(*) FROM put)
"""


def ask_recount() -> None:
    """Left to the job that follows; one that is under way goes on."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SET_CLOCK, {"revision": REVISION})
        cursor.execute(_ASK)


def recount_some(cursor: CursorWrapper, most: int) -> bool:
    """A step, if it was asked for; → whether there may be more. Under `locks.HYGIENE`."""
    cursor.execute(_AT)
    at = cursor.fetchone()
    if at is None:
        return False
    to = _clear(cursor, most) if at[0] < 0 else _count(cursor, at[0], most)
    cursor.execute(_IS_AT, {"to": to})
    return to is not None


def _clear(cursor: CursorWrapper, most: int) -> int:
    cursor.execute(_CLEAR, {"most": most})
    return -1 if cursor.rowcount else 0


def _count(cursor: CursorWrapper, to: int, most: int) -> int | None:
    cursor.execute(_COUNT, {"to": to, "most": most})
    reached: int | None = cursor.fetchone()[0]
    if reached is None:
        _mend(cursor)
    return reached


def _mend(cursor: CursorWrapper) -> None:
    cursor.execute(_MEND)
    if differing := cursor.fetchone()[0]:
        log.warning("counts of the hygiene were others", counts=differing)
