"""Figures that lists sort by follow each customer's trade and the clock, in short steps and without anybody waiting.

Whoever writes trade marks its customers in the same transaction (triggers, migration 0025). A step takes marks and
works out the figures in a later statement, which so sees what was committed with each mark; who commits after that has
a mark of their own. Steps exclude each other (`locks.FIGURE_MARKS`), so that no older figures overwrite newer ones.

What changes by the clock alone, windows that move on and invoices that fall overdue, is found once a day of the
company by going through all customers; `FiguresClock` says how far. That makes the figures of a new database, too.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.days import add_months, today
from crm.common.pacing import Pace
from crm.common.retrying import may_pass, retried
from customers.importing.statistics import refresh_statistics
from customers.registry.listening import trade_changed
from customers.trade import figures_sql as sql

MONTHS: Final = 12
FIRST, MOST, STEP_S = 100, 10_000, 0.1  # marks or customers a step

Work = Callable[[CursorWrapper, int], bool]


def refresh_figures(*, wait: bool = True) -> None:
    """Let the figures of marked customers follow, then everybody's where the day is another, until nothing is left.

    Killed at any point, what is left stands in marks and clock. Where another is at it, `wait` for each of their steps
    to end, or else leave the rest to them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        refresh_statistics(cursor)  # else trade that has just come is planned as if it were not there: minutes
    steps = [(work, Pace(FIRST, seconds=STEP_S, least=1, most=MOST)) for work in (_follow_marks, _follow_clock)]
    step = retried(_step, passing=_may_pass)
    while any(step(work, pace, wait=wait) for work, pace in steps):
        pass


def start_again() -> None:
    """Have everybody's figures made anew by the next run: after trade was written past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET_CLOCK)


def find_figures(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Customers of a range whose figures are others, unless they are still to follow a mark or the clock."""
    cursor.execute(sql.CUSTOMERS, {"from": first, "after": after})
    cursor.execute(sql.WRONG, _values(_ids(cursor)))
    return _ids(cursor)


def mend_figures(cursor: CursorWrapper, ids: list[int]) -> int:
    locks.take(cursor, exclusive=[locks.FIGURE_MARKS], wait_s=locks.JOB_PATIENCE_S)
    return _write(cursor, ids)


def _step(work: Work, pace: Pace, *, wait: bool) -> bool:
    """→ whether there may be more. The lock is a statement of its own, before those that rely on it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if wait:
            locks.take(cursor, exclusive=[locks.FIGURE_MARKS], wait_s=locks.JOB_PATIENCE_S)
        elif not locks.take_if_free(cursor, locks.FIGURE_MARKS):
            return False
        with pace.timed():
            return work(cursor, pace.amount)


def _may_pass(error: DatabaseError) -> bool:
    """A customer may go just as their figures come: the next time they are gone."""
    return isinstance(error, IntegrityError) or may_pass(error)


def _follow_marks(cursor: CursorWrapper, most: int) -> bool:
    cursor.execute(sql.TAKE_MARKS, {"most": most})
    ids = sorted(set(_ids(cursor)))
    if ids:
        _write(cursor, ids)
        trade_changed(cursor, ids)
    return bool(ids)


def _follow_clock(cursor: CursorWrapper, most: int) -> bool:
    cursor.execute(sql.SET_CLOCK, {"day": today()})
    cursor.execute(sql.NEXT_BY_CLOCK, {"most": most})
    ids = _ids(cursor)
    if ids:
        _write(cursor, ids)
    cursor.execute(sql.CLOCK_IS_AT, {"up_to": ids[-1] if ids else None})
    return bool(ids)


def _ids(cursor: CursorWrapper) -> list[int]:
    return [customer for (customer,) in cursor.fetchall()]


def _write(cursor: CursorWrapper, ids: list[int]) -> int:
    """→ whose figures were others."""
    cursor.execute(sql.WRITE, _values(ids))
    return int(cursor.fetchone()[0])


def _values(ids: list[int]) -> dict[str, Any]:
    """The window is (the day twelve months ago, the day]; read under the lock, so that days do not go back."""
    day = today()
    return {"ids": ids, "day": day, "first": add_months(day, -MONTHS) + timedelta(days=1)}
