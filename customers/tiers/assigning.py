"""The decisions of a run become assignments: some customers at a time, each step a twentieth of a second.

A run that is killed leaves those it came to decided, and the marks by which their facts follow; the next one decides
the rest. One run at a time: the caller holds `locks.RETIER`.
"""

from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common.pacing import Pace
from crm.common.retrying import retried
from customers.tiers import changed_sql
from customers.tiers import tiering_sql as sql

FIRST_CUSTOMERS, MOST_CUSTOMERS, STEP_S = 50, 5_000, 0.05
AT_ONCE = 5_000  # customers decided in one read


def assign(values: dict[str, Any], *, rules: int, ids: list[int] | None = None) -> tuple[int, int]:
    """Decide in one read and without locks, then write; returns how many went up and how many down. `ids`: only of
    these customers.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS retier_decision")
        if ids is None:
            cursor.execute(sql.decisions(rules), values)
        else:
            _decide(cursor, values, rules, ids)
        cursor.execute("CREATE INDEX ON retier_decision (customer_id); ANALYZE retier_decision")
        try:
            return _write_all(values)
        finally:
            if not connection.needs_rollback:
                cursor.execute("DROP TABLE IF EXISTS retier_decision")


def _decide(cursor: CursorWrapper, values: dict[str, Any], rules: int, ids: list[int]) -> None:
    cursor.execute(changed_sql.nobody(rules), values)
    for first in range(0, len(ids), AT_ONCE):
        cursor.execute(changed_sql.decisions(rules), {**values, "ids": ids[first : first + AT_ONCE]})


def _write_all(values: dict[str, Any]) -> tuple[int, int]:
    pace = Pace(FIRST_CUSTOMERS, seconds=STEP_S, least=1, most=MOST_CUSTOMERS)
    up = down = 0
    after: int | None = 0
    while after is not None:
        with pace.timed():
            after, upgraded, downgraded = retried(_write)({**values, "after": after, "most": pace.amount})
        up, down = up + upgraded, down + downgraded
    return up, down


def _write(values: dict[str, Any]) -> tuple[int | None, int, int]:
    """→ the last customer of the step, None when there was none; how many went up and down."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.STEP, values)
        cursor.execute("SELECT max(customer_id) FROM retier_step")
        (last,) = cursor.fetchone()
        cursor.execute(f"{sql.LOCK};{sql.DECIDED_MEANWHILE}", values)
        cursor.execute(sql.CHANGES)
        upgraded, downgraded = cursor.fetchone()
        cursor.execute(sql.WRITE, values)
    return last, upgraded, downgraded
