"""Marks whose work is done once at once and once more when nobody is left who may have begun before it.

Whoever changes what facts go by leaves a mark in the same transaction. Whoever writes facts reads it as they write, and
holds `locks.FACTS` shared meanwhile, which nobody ever takes alone: it tells who is at it. One who began before the
change may bring a fact that goes by the old state after we have looked; so a mark stays until all who were at it then
have ended, and its facts are looked at again. A process that dies leaves marks, which a sweeper finds.

Each statement sees what was committed before it: those a mark waits for are listed before the marks are read, so that
what they brought is there to be looked at; those it will wait for after, so that none of them is missed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.pacing import Pace
from crm.common.retrying import may_pass, retried

FIRST_MARKS, MOST_MARKS, STEP_S = 100, 10_000, 0.05

# The marks to look at: new ones, and those for which nobody is to be waited any more. Cost: the marks, once.
_TAKE: Final = """
DROP TABLE IF EXISTS {step};
CREATE TEMP TABLE {step} ON COMMIT DROP AS
SELECT *, waits_for IS NULL AS is_new FROM {table}
WHERE waits_for IS NULL OR NOT waits_for && %(at_it)s::text[]
ORDER BY id LIMIT %(most)s
"""
_DROP: Final = "DELETE FROM {table} m USING {step} s WHERE m.id = s.id AND NOT (s.is_new AND %(anyone)s)"
_KEEP: Final = "UPDATE {table} m SET waits_for = %(at_it)s FROM {step} s WHERE m.id = s.id AND s.is_new"


def _may_pass(error: DatabaseError) -> bool:
    """Whoever facts were to be given may go just then; the next time it is seen."""
    return isinstance(error, IntegrityError) or may_pass(error)


@dataclass(frozen=True, kw_only=True)
class WaitingMarks:
    """`table` has `waits_for text[]`: the transactions that were at it when the mark was first looked at; null before.

    `work` is called with the marks to look at in the temporary table `step`. Who takes marks holds `lock` meanwhile.
    """

    table: str
    step: str
    lock: locks.Key
    work: Callable[[CursorWrapper], None]

    def follow(self, *, wait: bool = True) -> None:
        """Work through the marks in short steps. Those that wait for writers still at it are left for the next time.

        Where another is at it, `wait` for their steps to end, or else leave the rest to them.
        """
        pace = Pace(FIRST_MARKS, seconds=STEP_S, least=1, most=MOST_MARKS)
        while retried(self._step, passing=_may_pass)(pace, wait=wait):
            pass

    def _step(self, pace: Pace, *, wait: bool) -> bool:
        """→ whether there may be more. What waiting took says nothing of the work, so it is not timed."""
        with transaction.atomic(), connection.cursor() as cursor:
            if wait:
                locks.take(cursor, exclusive=[self.lock], wait_s=locks.JOB_PATIENCE_S)
            elif not locks.take_if_free(cursor, self.lock):
                return False
            with pace.timed():
                return self._looked_at(cursor, most=pace.amount)

    def _looked_at(self, cursor: CursorWrapper, *, most: int) -> bool:
        """→ whether there were any."""
        before = locks.holders(cursor, locks.FACTS)
        cursor.execute(self._sql(_TAKE), {"at_it": before, "most": most})
        at_it = locks.holders(cursor, locks.FACTS)  # and who began before a mark we took was there
        cursor.execute(self._sql("SELECT EXISTS (SELECT FROM {step})"))
        if not cursor.fetchone()[0]:
            return False
        self.work(cursor)
        cursor.execute(self._sql(_DROP), {"anyone": bool(at_it)})
        cursor.execute(self._sql(_KEEP), {"at_it": at_it})
        return True

    def _sql(self, text: str) -> str:
        return text.format(table=self.table, step=self.step)
