"""Calls held against the events they are worked out from, and their team against their queue's."""

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from customers.interactions.telephony.calls import make_stage, rebuild_touched, work_out_touched

_SYSTEMS = "SELECT DISTINCT system_id FROM customers_call WHERE id >= %(first)s AND id < %(after)s"
_TOUCH = """
INSERT INTO touched_call
SELECT c.callid, q.name FROM customers_call c JOIN customers_queue q ON q.id = c.queue_id
WHERE c.system_id = %(system)s AND c.id >= %(first)s AND c.id < %(after)s"""
# A call without events was no telephone system's; nothing is known against it.
_ONLY_DIFFERING = """
DELETE FROM touched_call t WHERE NOT EXISTS (
  SELECT FROM call_fact f JOIN customers_queue q ON q.name = f.queue
  JOIN customers_call c ON c.system_id = %(system)s AND c.callid = f.callid AND c.queue_id = q.id
  WHERE f.callid = t.callid AND f.queue = t.queue
    AND (c.entered_at, c.answered_at, c.ended_at, c.outcome, c.waited_ms, c.talk_ms, c.team_id)
      IS DISTINCT FROM (f.entered_at, f.answered_at, f.ended_at, f.outcome, f.waited_ms, f.talk_ms, q.team_id))"""


def mend_calls(cursor: CursorWrapper, first: int, after: int) -> int:
    """Let calls of a range of ids be what their events tell; returns how many were not.

    One index range scan a call. Only where one differs is the system's log locked, and the call worked out again.
    """
    ids = {"first": first, "after": after}
    cursor.execute(_SYSTEMS, ids)
    return sum(_mend_of(cursor, {"system": system, **ids}) for (system,) in cursor.fetchall())


def _mend_of(cursor: CursorWrapper, parameters: dict[str, int]) -> int:
    make_stage(cursor=cursor)
    cursor.execute(_TOUCH, parameters)
    work_out_touched(cursor=cursor, system_id=parameters["system"])
    cursor.execute(_ONLY_DIFFERING, parameters)
    cursor.execute("SELECT count(*) FROM touched_call")
    (found,) = cursor.fetchone()
    if found:
        cursor.execute("TRUNCATE call_fact")
        locks.take(cursor, exclusive=[locks.calls(parameters["system"])], shared=[locks.FACTS])
        rebuild_touched(cursor=cursor, system_id=parameters["system"])
    return int(found)
