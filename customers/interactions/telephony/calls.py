"""Calls from the events of the telephone system's queue log.

Events are kept (`CallEvent`, the same line once); a call is always worked out anew from all events of its
(system, callid, queue), set-based. So the order of lines and files does not matter, a line read twice changes
nothing, and a file cut and completed later ends in the same state.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import Team
from crm.common import locks
from crm.common.versions import lock_as_seen
from customers.identity.normalising import normalise_phone_cached
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Queue, SourceSystem

SQL = Path(__file__).resolve().parent / "sql"
# Whose the calls just written are, and whose they were.
CALLERS = """
SELECT customer_id FROM call_now WHERE customer_id IS NOT NULL
UNION SELECT was_customer_id FROM call_now WHERE was_customer_id IS NOT NULL"""

ANYONE_ERASED = "SELECT EXISTS (SELECT FROM customers_privacyrequest WHERE what = 'erase' AND confirmed_at IS NOT NULL)"

OVERFLOW_EVENTS = ("EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY")
REJECT_EVENTS = ("FULL", "CLOSED", "JOINEMPTY")
TRANSFER_EVENTS = ("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
HOLD_AND_TALK_EVENTS = ("COMPLETEAGENT", "COMPLETECALLER", *TRANSFER_EVENTS)
CALL_EVENTS = ("ENTERQUEUE", "CONNECT", "ABANDON", *OVERFLOW_EVENTS, *REJECT_EVENTS, *HOLD_AND_TALK_EVENTS)
OTHER_EVENTS = (
    "ADDMEMBER", "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "AGENTDUMP", "AGENTLOGIN", "AGENTLOGOFF",
    "CALLSTATUS", "CONFIGRELOAD", "DID", "INFO", "MEMBERADD", "MEMBERREMOVE", "PAUSE", "PAUSEALL", "PENALTY",
    "QUEUESTART", "REMOVEMEMBER", "RINGCANCELED", "RINGNOANSWER", "SYSCOMPAT", "UNPAUSE", "UNPAUSEALL",
)  # fmt: skip
KNOWN_EVENTS = frozenset(CALL_EVENTS + OTHER_EVENTS)
NO_CALL = ("NONE", "MANAGER", "REALTIME")  # stand where a callid would, in events of members and of the system


class QueueEvent(NamedTuple):
    """One line of a queue log; `epoch` are seconds since 1970 as written, `params` its parameters joined by |.

    `digest`: the md5 of the line, in hexadecimal.
    """

    line: int
    epoch: str
    callid: str
    queue: str
    agent: str
    event: str
    params: str
    digest: str


class Recorded(NamedTuple):
    """How many events were new, and how many were there already."""

    created: int
    unchanged: int


def duration_fields(*, event: str, count: int) -> tuple[int, ...]:
    """Positions (from 1) of the seconds in an event of `count` parameters: wait, or hold and talk.

    The layouts are Asterisk's; transfers before 1.6 had no original position, overflows before 1.4 no wait.
    """
    if event in HOLD_AND_TALK_EVENTS:
        before_last = 0 if event == "TRANSFER" and count == 4 else 1
        return count - before_last - 1, count - before_last
    wait = {"CONNECT": 1, "ABANDON": 3, "EXITEMPTY": 3, "EXITWITHTIMEOUT": 3, "EXITWITHKEY": 4}.get(event)
    if wait is None or (event in OVERFLOW_EVENTS and count < wait):
        return ()
    return (wait,)


def record_events(*, system: SourceSystem, events: Iterable[QueueEvent]) -> Recorded:
    """Keep the events that are new and work out their calls anew; `events` is held in the database, not in memory."""
    with transaction.atomic(), connection.cursor() as cursor:
        make_stage(cursor=cursor)
        _copy(cursor=cursor, events=events)
        return record_staged(cursor=cursor, system=system)


def make_stage(*, cursor: CursorWrapper) -> None:
    """An empty `staged_event` (epoch, callid, queue, agent, event, params, digest), for the rest of the transaction."""
    cursor.execute((SQL / "call_stage.sql").read_text())


def record_staged(*, cursor: CursorWrapper, system: SourceSystem) -> Recorded:
    """What `record_events` does, with the events that stand in `staged_event`; in the caller's transaction."""
    locks.take(cursor, exclusive=[locks.calls(system.pk)], shared=[locks.FACTS])
    created = _keep(cursor=cursor, system=system)
    rebuild_touched(cursor=cursor, system_id=system.pk)
    cursor.execute("SELECT count(*) FROM staged_event")
    return Recorded(created=created, unchanged=int(cursor.fetchone()[0]) - created)


def make_queue(*, name: str, team: Team | None, purpose: str) -> Queue:
    """The queue of that name, made when the telephone system has not named it yet, as `assign_queue` leaves it."""
    queue, _made = Queue.objects.get_or_create(name=name)
    assign_queue(queue=queue, team=team, purpose=purpose)
    return queue


def assign_queue(*, queue: Queue, team: Team | None, purpose: str, seen: str | None = None) -> None:
    """Say whose `queue` is and what its callers want; its calls and their interactions follow.

    Raises ChangedMeanwhile unless it is as `seen`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_as_seen(queue, seen)
        Queue.objects.filter(pk=queue.pk).update(team=team, purpose=purpose)
        cursor.execute((SQL / "call_assign_queue.sql").read_text(), {"queue": queue.pk})


def rematch_callers(*, numbers: Collection[str], customers: Collection[int]) -> None:
    """Give each call from `numbers` (normalised), and each call of `customers`, to the one who owns its number.

    To be called when phone numbers of customers come, go or move: the result does not depend on whether the calls
    or the numbers came first. A number of several customers, or of none, gives no customer.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute((SQL / "call_rematch.sql").read_text(), {"numbers": list(numbers), "customers": list(customers)})


def _copy(*, cursor: CursorWrapper, events: Iterable[QueueEvent]) -> None:
    with cursor.copy("COPY staged_event (epoch, callid, queue, agent, event, params, digest) FROM STDIN") as copy:
        for event in events:
            copy.write_row(event[1:])


def _keep(*, cursor: CursorWrapper, system: SourceSystem) -> int:
    """Keep what is new in `staged_event`; the calls it belongs to stand in `touched_call` afterwards."""
    cursor.execute(ANYONE_ERASED)
    (anyone_erased,) = cursor.fetchone()
    cursor.execute(
        (SQL / "call_keep_events.sql").read_text(),
        {
            "system": system.pk, "call_events": list(CALL_EVENTS), "no_call": list(NO_CALL),
            "anyone_erased": anyone_erased,
        },
    )  # fmt: skip
    (created,) = cursor.fetchone()
    return int(created)


def work_out_touched(*, cursor: CursorWrapper, system_id: int) -> None:
    """Fill `call_fact` with what the calls of `touched_call` were, by all their events."""
    params: dict[str, Any] = {
        "system": system_id,
        "call_events": list(CALL_EVENTS),
        "talk_events": list(HOLD_AND_TALK_EVENTS),
        "overflow_events": list(OVERFLOW_EVENTS),
        "reject_events": list(REJECT_EVENTS),
    }
    cursor.execute("ANALYZE touched_call")
    cursor.execute((SQL / "call_facts.sql").read_text(), params)


def rebuild_touched(*, cursor: CursorWrapper, system_id: int) -> None:
    """Work out the calls of `touched_call`; write the interactions and calls that differ. Under `locks.calls`."""
    work_out_touched(cursor=cursor, system_id=system_id)
    cursor.execute("SELECT DISTINCT caller FROM call_fact WHERE caller <> ''")
    numbers = [(caller, normalise_phone_cached(caller)) for (caller,) in cursor.fetchall()]
    with cursor.copy("COPY caller_number (caller, normalised) FROM STDIN") as copy:
        for row in numbers:
            copy.write_row(row)
    cursor.execute((SQL / "call_write.sql").read_text(), {"system": system_id})
    cursor.execute(CALLERS)
    refresh_last_contact(cursor, [customer for (customer,) in cursor.fetchall()])
    cursor.execute("DROP TABLE call_now")
