"""Calls held against the events they are worked out from, and their team against their queue's."""

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from customers.interactions.telephony.calls import make_stage, rebuild_touched, work_out_touched

_SYSTEMS = "SELECT DISTINCT system_id FROM customers_call WHERE id = ANY(%s) ORDER BY 1"
_IDS = "SELECT id FROM customers_call WHERE id >= %s AND id < %s"
_TOUCH = """
INSERT INTO touched_call
SELECT c.callid, q.name FROM customers_call c JOIN customers_queue q ON q.id = c.queue_id
WHERE c.system_id = %(system)s AND c.id = ANY(%(ids)s)"""
# A call without events was no telephone system's; nothing is known against it.
_DIFFERING = """
SELECT c.id FROM call_fact f JOIN customers_queue q ON q.name = f.queue
JOIN customers_call c ON c.system_id = %(system)s AND c.callid = f.callid AND c.queue_id = q.id
WHERE (c.entered_at, c.answered_at, c.ended_at, c.outcome, c.waited_ms, c.talk_ms, c.team_id)
  IS DISTINCT FROM (f.entered_at, f.answered_at, f.ended_at, f.outcome, f.waited_ms, f.talk_ms, q.team_id)"""


def find_calls(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    """Calls that are not what their events tell. One index range scan a call.

    A few may be right: whose events came between our reading them and our reading the call.
    """
    cursor.execute(_IDS, [first, after])
    ids = [pk for (pk,) in cursor.fetchall()]
    return [pk for system in _systems(cursor, ids) for pk in _differing(cursor, system, ids)]


def mend_calls(cursor: CursorWrapper, ids: list[int]) -> int:
    """Work them out again, with the systems' logs locked; returns how many were not what their events tell."""
    systems = _systems(cursor, ids)
    alone = [locks.calls(system) for system in systems]
    locks.take(cursor, exclusive=alone, shared=[locks.FACTS], wait_s=locks.JOB_PATIENCE_S)
    return sum(_mend(cursor, system, ids) for system in systems)


def _mend(cursor: CursorWrapper, system: int, ids: list[int]) -> int:
    wrong = _differing(cursor, system, ids)
    if wrong:
        _touch(cursor, system, wrong)
        rebuild_touched(cursor=cursor, system_id=system)
    return len(wrong)


def _systems(cursor: CursorWrapper, ids: list[int]) -> list[int]:
    cursor.execute(_SYSTEMS, [ids])
    return [system for (system,) in cursor.fetchall()]


def _touch(cursor: CursorWrapper, system: int, ids: list[int]) -> None:
    make_stage(cursor=cursor)
    cursor.execute(_TOUCH, {"system": system, "ids": ids})


def _differing(cursor: CursorWrapper, system: int, ids: list[int]) -> list[int]:
    _touch(cursor, system, ids)
    work_out_touched(cursor=cursor, system_id=system)
    cursor.execute(_DIFFERING, {"system": system})
    return [pk for (pk,) in cursor.fetchall()]
