"""Bring the rollups up to the facts: take the marked cells and replace them, each source under a lock of its own.

The marks are the queue: a recompute that is killed at any point leaves them, or has replaced their cells. Any number
may run at once; they share the months to rebuild. See docs/kpis.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from queue import SimpleQueue
from time import monotonic

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from crm.common import locks
from crm.common.days import start_of
from metrics.engine import clock, issues, sql
from metrics.engine.base import FactSource
from metrics.engine.sharing import drain, share_out
from metrics.engine.sources import SOURCES
from metrics.models import Clock, RecomputeRun, Rollup


@dataclass
class Tally:
    """What was done: the days touched and the cells computed."""

    days: set[date] = field(default_factory=set)
    rows: int = 0

    def add(self, rows: int, days: Iterable[date]) -> None:
        self.rows += rows
        self.days.update(days)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """`days`: how many days had a cell recomputed; `rows`: how many cells."""

    days: int
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class MonthJob:
    source: FactSource
    month: date

    def hold(self, cursor: CursorWrapper) -> None:
        shared, exclusive = [locks.kpi(self.source.source)], [self._key]
        locks.take(cursor, shared=shared, exclusive=exclusive, wait_s=locks.JOB_PATIENCE_S)

    def hold_if_free(self, cursor: CursorWrapper) -> bool:
        """False when another recompute is at the month."""
        locks.take(cursor, shared=[locks.kpi(self.source.source)], wait_s=locks.JOB_PATIENCE_S)
        return locks.take_if_free(cursor, self._key)

    @property
    def _key(self) -> locks.Key:
        return locks.kpi(self.source.source, self.month.year * 12 + self.month.month)


def recompute(*, full: bool = False, as_of: date | None = None, sources: Sequence[FactSource] = SOURCES) -> Recomputed:
    """Recompute what changed, or everything when `full`.

    `as_of`: judge what depends on the clock (issues that matured, invoices overdue) at the end of that day of the
    company instead of now; the next run without it judges at its own moment again.
    """
    began = monotonic()
    run = RecomputeRun.objects.create(started_at=timezone.now(), full=full)
    tally = Tally()
    issues.rebuild(full=full)
    clock.set_to(end_of(as_of) if as_of else timezone.now())
    for source in sources:
        if full or not is_built(source):
            mark_all(source)
    rebuild_months([job for source in sources for job in months_to_rebuild(source)], tally=tally)
    for source in sources:
        recompute_marked(source, tally=tally)
    return finish(run, tally=tally, seconds=monotonic() - began)


def recompute_now(source: FactSource, *, tally: Tally) -> None:
    """Bring one source up to its facts on this connection, inside the caller's transaction if there is one."""
    if not is_built(source):
        mark_all(source)
    for job in months_to_rebuild(source):
        rebuild_month(job, wait=True, tally=tally)
    recompute_marked(source, tally=tally)


def finish(run: RecomputeRun, *, tally: Tally, seconds: float) -> Recomputed:
    run.finished_at, run.days, run.rows, run.seconds = timezone.now(), len(tally.days), tally.rows, seconds
    run.save(update_fields=["finished_at", "days", "rows", "seconds"])
    return Recomputed(days=run.days, rows=run.rows, seconds=round(seconds, 3))


def end_of(day: date) -> datetime:
    """The last instant of the company's day."""
    return start_of(day + timedelta(days=1)) - timedelta(microseconds=1)


def lock(cursor: CursorWrapper, source: FactSource) -> None:
    locks.take(cursor, exclusive=[locks.kpi(source.source)], wait_s=locks.JOB_PATIENCE_S)


def built_key(source: FactSource) -> str:
    return f"rollup:{source.source.name.lower()}:{source.version}"


def is_built(source: FactSource) -> bool:
    """Whether this version's rollups are the ones kept; asked again under the lock, for a process of another version
    (an older release, another setting) may have asked for its own meanwhile and marks are taken only once.
    """
    return Clock.objects.filter(key=built_key(source)).exists()


def mark_all(source: FactSource) -> None:
    """Ask for every month of the source, in one transaction; rollups of another version are of no use any more."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, source)
        cursor.execute(sql.months_with_facts(source))
        months = [month for (month,) in cursor.fetchall()]
        cursor.execute(sql.MARK_MONTHS, {"source": source.source, "months": months})
        Rollup.objects.filter(source=source.source).exclude(version=source.version).delete()
        family = Clock.objects.filter(key__startswith=built_key(source).rpartition(":")[0] + ":")
        family.exclude(key=built_key(source)).delete()
        Clock.objects.update_or_create(key=built_key(source), defaults={"done_until": timezone.now()})


def months_to_rebuild(source: FactSource) -> list[MonthJob]:
    with connection.cursor() as cursor:
        cursor.execute(sql.MONTHS_TO_REBUILD, {"source": source.source, "version": source.version})
        return [MonthJob(source, month) for (month,) in cursor.fetchall()]


def recompute_marked(source: FactSource, *, tally: Tally) -> None:
    """Replace the marked cells that no month rebuild took. The lock is a statement of its own, before the snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, source)
        if is_built(source):
            cursor.execute(sql.recompute_cells(source))
            tally.add(*cursor.fetchone())


def rebuild_month(job: MonthJob, *, wait: bool, tally: Tally) -> bool:
    """Rebuild a month if it is still marked; False when another recompute is at it and we do not `wait`."""
    with transaction.atomic(), connection.cursor() as cursor:
        if wait:
            job.hold(cursor)
        elif not job.hold_if_free(cursor):
            return False
        if is_built(job.source):
            cursor.execute(sql.MORE_MEMORY)
            cursor.execute(sql.rebuild_month(job.source), {"first": job.month})
            tally.add(*cursor.fetchone())
        return True


def rebuild_months(jobs: Sequence[MonthJob], *, tally: Tally) -> None:
    """First what no other recompute is at, then wait for the rest, so that on return every month was rebuilt."""
    left = SimpleQueue[MonthJob]()

    def first_pass(job: MonthJob) -> None:
        if not rebuild_month(job, wait=False, tally=tally):
            left.put(job)

    share_out(jobs, work=first_pass)
    for job in drain(left):
        rebuild_month(job, wait=True, tally=tally)
