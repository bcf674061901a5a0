"""The kept hygiene follows its customers, in short steps and without anybody waiting.

Whoever writes customers, records of theirs or proposals marks who changed, in the same transaction (triggers, migration
0061; `register_settled` and `register_moved` where the customer's own row stays). A step takes marks and looks at the
customers in a later statement, which so sees what was committed with each mark; who commits after that has a mark of
their own. Steps exclude each other (`locks.HYGIENE`), so that counts add up.

A new database, and new checks, let everybody be looked at once: `HygieneClock` says how far.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common import locks
from crm.common.days import today
from crm.common.pacing import Pace
from crm.common.retrying import retried
from customers.identity.hygiene import following_sql as sql
from customers.identity.hygiene import recounting
from customers.identity.hygiene.checking import REVISION
from customers.identity.hygiene.keeping_days import keep_day
from customers.identity.hygiene.reading import Kept, fresh
from customers.importing.statistics import refresh_statistics

FIRST, MOST, STEP_S = 100, 10_000, 0.1  # marks or customers a step

Work = Callable[[CursorWrapper, int], bool]


class _AnotherIsAtIt(Exception):
    """And nobody waits for them."""


def refresh_hygiene(*, wait: bool = True) -> None:
    """Let the hygiene of marked customers follow, then everybody's where the checks are new; go on with a count anew
    that was asked for; then keep the day.

    Killed at any point, what is left stands in marks and clock. Where another is at it, `wait` for each of their steps
    to end, or else leave the rest to them: the day too, which is half counted while they are in the middle.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        refresh_statistics(cursor)
        cursor.execute(sql.MARK_BORN, {"today": today()})
    steps = [(work, Pace(FIRST, seconds=STEP_S, least=1, most=MOST)) for work in (_follow_marks, _follow_clock)]
    steps.append((recounting.recount_some, _recounting_pace()))
    step = retried(_step)
    with suppress(_AnotherIsAtIt):
        while any(step(work, pace, wait=wait) for work, pace in steps):
            pass
        step(_keep, Pace(1, seconds=STEP_S, least=1, most=1), wait=wait)


def follow_at_once(customer_id: int) -> bool:
    """Somebody has just mended this one, and looks at what is left. Leaves it to the job where that is at work."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not locks.take_if_free(cursor, locks.HYGIENE):
            return False
        write(cursor, [customer_id])
    return True


def look_at_everybody() -> None:
    """Once more: what a customer's hygiene is made of means something else. Left to the job, which begins anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SET_BACK)


def find_hygiene(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Customers of a range whose hygiene is another, unless they are still to follow."""
    cursor.execute(sql.CUSTOMERS, {"from": first, "after": after})
    ids = _ids(cursor)
    cursor.execute(sql.STORED, {"ids": ids})
    stored = {row[0]: Kept(*row) for row in cursor.fetchall()}
    found = {row.customer_id: row for row in fresh(cursor, ids, today=today())}
    cursor.execute(sql.HAVE_FOLLOWED, {"ids": [pk for pk in ids if stored.get(pk) != found.get(pk)]})
    return sorted(_ids(cursor))


def mend_hygiene(cursor: CursorWrapper, ids: list[int]) -> int:
    locks.take(cursor, exclusive=[locks.HYGIENE], wait_s=locks.JOB_PATIENCE_S)
    return write(cursor, ids)


def write(cursor: CursorWrapper, ids: Collection[int]) -> int:
    """Look at these customers; returns of how many anything differed. Under `locks.HYGIENE`."""
    cursor.execute(sql.WRITE, _values(sorted(set(ids)), fresh(cursor, ids, today=today())))
    return int(cursor.fetchone()[0])


def _values(ids: list[int], rows: Sequence[Kept]) -> dict[str, Any]:
    names = ("customers", "owners", "teams", "tiers", "systems", "confirmed")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return {"ids": ids, **columns, "codes": [f"{{{','.join(map(str, row.codes))}}}" for row in rows]}


def _step(work: Work, pace: Pace, *, wait: bool) -> bool:
    """→ whether there may be more. The lock is a statement of its own, before those that rely on it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if wait:
            locks.take(cursor, exclusive=[locks.HYGIENE], wait_s=locks.JOB_PATIENCE_S)
        elif not locks.take_if_free(cursor, locks.HYGIENE):
            raise _AnotherIsAtIt
        with pace.timed():
            return work(cursor, pace.amount)


def _recounting_pace() -> Pace:
    return Pace(recounting.FIRST, seconds=recounting.STEP_S, least=1, most=recounting.MOST)


def _follow_marks(cursor: CursorWrapper, most: int) -> bool:
    cursor.execute(sql.TAKE_MARKS, {"most": most})
    ids = _ids(cursor)
    if ids:
        write(cursor, ids)
    return bool(ids)


def _follow_clock(cursor: CursorWrapper, most: int) -> bool:
    cursor.execute(sql.SET_CLOCK, {"revision": REVISION})
    cursor.execute(sql.CLOCK)
    at = cursor.fetchone()
    if at is None:
        return False
    cursor.execute(sql.NEXT_BY_CLOCK, {"up_to": at[0], "most": most})
    ids = _ids(cursor)
    if ids:
        write(cursor, ids)
    cursor.execute(sql.CLOCK_IS_AT, {"up_to": ids[-1] if ids else None, "before": at[0]})
    return bool(ids)


def _keep(cursor: CursorWrapper, _most: int) -> bool:
    cursor.execute(sql.CLOCK)
    if cursor.fetchone() is None:  # everybody has been looked at
        day: date = today()
        keep_day(cursor, day)
    return False


def _ids(cursor: CursorWrapper) -> list[int]:
    return [customer for (customer,) in cursor.fetchall()]
