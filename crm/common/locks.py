"""Every advisory lock of the product: what each key is for, who takes it, for how long, and in which order.

| key | is held by | for |
|---|---|---|
| `ZONE_CHANGE` | a change of the company's zone; who begins one and leaves it to a job | the session; its transaction |
| `ZONE` | shared by whoever begins what means times in it, alone while zone or currency is replaced | its transaction |
| `feed_reader(feed)` | the one worker that reads a feed | the session, so that a killed worker blocks nobody |
| `import_worker(batch)` | the one worker at an import | the session, likewise |
| `bulk_worker(job)` | the one worker at a bulk action | the session, likewise |
| `privacy_worker(request)` | the one worker at an export or erase of a person | the session, likewise |
| `RETIER` | a run that decides tiers | the session |
| `MATCHING` | a run that looks for duplicates | the session |
| `match_worker(run)` | the one worker at a merge of many proposals | the session |
| `IMPORTS` | a chunk, shared, so that it tells who is at it; alone by whoever needs no other to run | its transaction |
| `source(system, kind)` | a chunk: alone for the kinds it writes, shared for those it refers to | its transaction |
| `IDENTITY` | a chunk: alone if it says who is who, shared if it goes by that, as who merges does | its transaction |
| `MERGES` | a chunk, shared; alone by whoever undoes a merge: whose a fact is stays so | its transaction |
| `merging(customer)` | whoever merges the customer with another, or undoes that | its transaction |
| `POINT_MARKS` | whoever lets contacts follow the numbers they are known by | its transaction, a tenth of a second |
| `calls(system)` | whoever works out calls from a telephone system's events | its transaction |
| `TIER_MARKS` | whoever lets facts follow their customers' tiers | its transaction, a tenth of a second |
| `FACTS` | shared by whoever writes facts by tiers; never taken alone, it tells who is at it | its transaction |
| `LEDGERS` | whoever writes ledger months, a share of one or a system's rank: taken by a trigger | its transaction |
| `FIGURE_MARKS` | whoever lets customers' figures follow their trade | its transaction, a tenth of a second |
| `HYGIENE` | whoever lets the hygiene follow its customers, or counts it anew | its transaction, a tenth of a second |
| `FOLLOWERS` | whoever tells followers what is new | the session |
| `RELATIONS` | whoever says who belongs together, or merges who does | its transaction |
| `VERDICTS` | an evaluation | its transaction |
| `DRIFT` | whoever holds baselines against the source data | the session |
| `KPI_RULES` | whoever changes the rules of the KPIs | its transaction |
| `kpi(source)` | a recompute: exclusively for cells, shared for the months it rebuilds | its transaction |
| `kpi(source, part)` | the rebuild of that month, or of that range of customers | its transaction |

Keys sort in the order in which one transaction takes them: so nobody waits for somebody who waits for them. A lock is a
statement of its own, before the one that relies on it: under READ COMMITTED only a statement begun afterwards sees what
the one before had written.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from time import monotonic
from typing import Final, NamedTuple
from zlib import crc32

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import LockNotAvailable

from crm.common.errors import DomainError

PATIENCE_S: Final = 10.0
JOB_PATIENCE_S: Final = 600.0  # of work that nobody sits in front of


class Family(IntEnum):
    """The first half of a key. KPI sources count on from `KPI`."""

    ZONE_CHANGE = 10
    ZONE = 11
    FEED_READER = 19
    IMPORT_WORKER = 20
    BULK_WORKER = 21
    PRIVACY_WORKER = 22
    RETIER = 30
    MATCHING = 31
    IMPORTS = 40
    SOURCE = 41
    IDENTITY = 42
    MERGES = 43
    MERGING = 44
    POINT_MARKS = 49
    CALLS = 50
    TIER_MARKS = 51
    FACTS = 52
    LEDGERS = 53
    FIGURE_MARKS = 54
    FOLLOWERS = 55
    HYGIENE = 56
    RELATIONS = 57
    DRIFT = 59
    VERDICTS = 60
    KPI_RULES = 61
    KPI = 730_200


WORDS = {
    Family.ZONE_CHANGE: gettext_lazy("changing the time zone"),
    Family.ZONE: gettext_lazy("the time zone"),
    Family.FEED_READER: gettext_lazy("this feed"),
    Family.IMPORT_WORKER: gettext_lazy("this import"),
    Family.BULK_WORKER: gettext_lazy("this bulk action"),
    Family.PRIVACY_WORKER: gettext_lazy("this privacy request"),
    Family.RETIER: gettext_lazy("deciding tiers"),
    Family.MATCHING: gettext_lazy("looking for duplicates"),
    Family.IMPORTS: gettext_lazy("applying imports"),
    Family.SOURCE: gettext_lazy("importing what is of this kind and source"),
    Family.IDENTITY: gettext_lazy("importing customers"),
    Family.MERGES: gettext_lazy("undoing a merge"),
    Family.MERGING: gettext_lazy("merging this customer"),
    Family.CALLS: gettext_lazy("the calls of this telephone system"),
    Family.POINT_MARKS: gettext_lazy("the contacts that are known by a number or an address"),
    Family.TIER_MARKS: gettext_lazy("the facts of customers whose tier has changed"),
    Family.FACTS: gettext_lazy("writing facts"),
    Family.FIGURE_MARKS: gettext_lazy("the figures of customers whose trade has changed"),
    Family.HYGIENE: gettext_lazy("the hygiene of customers that have changed"),
    Family.FOLLOWERS: gettext_lazy("telling followers what is new"),
    Family.RELATIONS: gettext_lazy("who belongs together"),
    Family.LEDGERS: gettext_lazy("whose ledger counts"),
    Family.DRIFT: gettext_lazy("holding baselines against the source data"),
    Family.VERDICTS: gettext_lazy("the verdicts"),
    Family.KPI_RULES: gettext_lazy("the KPI rules"),
    Family.KPI: gettext_lazy("the figures of this source"),
}


class Key(NamedTuple):
    """The two halves of PostgreSQL's key, each from 0 below 2³¹."""

    family: int
    number: int = 0


ZONE_CHANGE: Final = Key(Family.ZONE_CHANGE)
ZONE: Final = Key(Family.ZONE)
RETIER: Final = Key(Family.RETIER)
MATCHING: Final = Key(Family.MATCHING)
IMPORTS: Final = Key(Family.IMPORTS)
IDENTITY: Final = Key(Family.IDENTITY)
MERGES: Final = Key(Family.MERGES)
POINT_MARKS: Final = Key(Family.POINT_MARKS)
TIER_MARKS: Final = Key(Family.TIER_MARKS)
FACTS: Final = Key(Family.FACTS)
FIGURE_MARKS: Final = Key(Family.FIGURE_MARKS)
LEDGERS: Final = Key(Family.LEDGERS)
FOLLOWERS: Final = Key(Family.FOLLOWERS)
HYGIENE: Final = Key(Family.HYGIENE)
RELATIONS: Final = Key(Family.RELATIONS)
DRIFT: Final = Key(Family.DRIFT)
VERDICTS: Final = Key(Family.VERDICTS)
KPI_RULES: Final = Key(Family.KPI_RULES)


def feed_reader(feed_id: int) -> Key:
    return Key(Family.FEED_READER, feed_id % 2**31)


def import_worker(batch_id: int) -> Key:
    return Key(Family.IMPORT_WORKER, batch_id % 2**31)


def bulk_worker(job_id: int) -> Key:
    return Key(Family.BULK_WORKER, job_id % 2**31)


def privacy_worker(request_id: int) -> Key:
    return Key(Family.PRIVACY_WORKER, request_id % 2**31)


def match_worker(run_id: int) -> Key:
    return Key(Family.MATCHING, run_id % (2**31 - 1) + 1)  # 0 is the look itself


def source(system: str, kind: str) -> Key:
    """Records of a kind from the source system of that key, whether there is such a system yet or not."""
    return Key(Family.SOURCE, crc32(f"{kind} {system}".encode()) >> 1)


def merging(customer_id: int) -> Key:
    return Key(Family.MERGING, customer_id % 2**31)


def calls(system_id: int) -> Key:
    return Key(Family.CALLS, system_id % 2**31)


def kpi(source: int, part: int = 0) -> Key:
    """`part`: 0 is the source as a whole."""
    return Key(Family.KPI + source, part)


class Busy(DomainError):
    """Someone else holds a lock for longer than we wait; says what and who. Nothing was written: try again."""


def take(
    cursor: CursorWrapper, *, exclusive: Iterable[Key] = (), shared: Iterable[Key] = (), wait_s: float | None = None
) -> None:
    """Hold the keys until the transaction ends. Raises `Busy` when one is not free within `wait_s` (`PATIENCE_S`)."""
    alone = set(exclusive)
    for key in sorted(alone | set(shared)):
        mode = "" if key in alone else "_shared"
        cursor.execute(f"SELECT pg_try_advisory_xact_lock{mode}(%s, %s)", key)
        if not cursor.fetchone()[0]:
            _wait(cursor, key, mode, PATIENCE_S if wait_s is None else wait_s)


def take_if_free(cursor: CursorWrapper, key: Key) -> bool:
    """Hold the key until the transaction ends, if nobody else does; gives whether it was so. Never waits."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", key)
    return bool(cursor.fetchone()[0])


def holders(cursor: CursorWrapper, key: Key) -> list[str]:
    """Other sessions' transactions that hold the key, by names that no later transaction of this server has."""
    cursor.execute(_HOLDERS, key)
    return [name for (name,) in cursor.fetchall()]


def others_have_ended(key: Key, *, wait_s: float) -> bool:
    """Wait until all who hold the key now have ended, without taking it, so that nobody stands behind us; gives whether
    they have within `wait_s`. Outside of a transaction: what they have written is seen by whatever comes next.
    """
    until = monotonic() + wait_s
    with connection.cursor() as cursor:
        before = set(holders(cursor, key))
        while not before.isdisjoint(holders(cursor, key)):
            if monotonic() > until:
                return False
            cursor.execute("SELECT pg_sleep(0.05)")
    return True


@contextmanager
def held(key: Key, *, wait_s: float = 0) -> Iterator[bool]:
    """Hold the key for this session while the block runs, if it is or comes free within `wait_s`; gives whether so."""
    with connection.cursor() as cursor:
        free = _try_session(cursor, key) or (wait_s > 0 and _wait_session(cursor, key, wait_s))
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _try_session(cursor: CursorWrapper, key: Key) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
    return bool(cursor.fetchone()[0])


def _wait_session(cursor: CursorWrapper, key: Key, seconds: float) -> bool:
    """A step at a time, so that no statement is cut off in the middle and nothing has to be set back."""
    until = monotonic() + seconds
    while monotonic() < until:
        cursor.execute("SELECT pg_sleep(0.05)")
        if _try_session(cursor, key):
            return True
    return False


def _wait(cursor: CursorWrapper, key: Key, mode: str, seconds: float) -> None:
    cursor.execute("SELECT current_setting('lock_timeout')")
    (before,) = cursor.fetchone()
    try:
        with transaction.atomic():  # a savepoint: after a time-out the transaction can still ask who it is
            _limit_waits(cursor, f"{int(seconds * 1000)}ms")
            cursor.execute(f"SELECT pg_advisory_xact_lock{mode}(%s, %s)", key)
            _limit_waits(cursor, before)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Busy(_refusal(cursor, key)) from error


def _limit_waits(cursor: CursorWrapper, limit: str) -> None:
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [limit])


_HOLDERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2 AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY 1
"""
_HOLDER = """
SELECT a.application_name, a.pid, coalesce(round(extract(epoch FROM clock_timestamp() - a.xact_start)), 0)
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()
ORDER BY a.xact_start LIMIT 1
"""


def _refusal(cursor: CursorWrapper, key: Key) -> str:
    cursor.execute(_HOLDER, key)
    holder = cursor.fetchone()
    what = WORDS[Family(min(key.family, Family.KPI))]
    if holder is None:
        return _("Somebody else was at %(what)s. Try again.") % {"what": what}
    who, process, seconds = holder
    return _("“%(who)s” (database process %(process)d) has been at %(what)s for %(seconds)d s. Try again later.") % {
        "what": what, "who": who, "process": process, "seconds": seconds,
    }  # fmt: skip
