"""Bring the rollups up to the facts: take the marked cells and replace them, each source under a lock of its own.

The marks are the queue: a recompute that is killed at any point leaves them, or has replaced their cells. Any number
may run at once; they share the months to rebuild. See docs/kpis.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from queue import SimpleQueue
from time import monotonic

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from crm.common import locks
from crm.common.days import start_of
from metrics.engine import clock, keeping, known, months, registry, sql
from metrics.engine.definitions import Definition
from metrics.engine.sharing import drain, share_out
from metrics.engine.sources import FactSource
from metrics.models import Mark, RecomputeRun


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
    """`whole`: for all versions that marks reach; else for those alone that ask for the month."""

    definition: Definition
    month: date
    whole: bool = True

    def hold(self, cursor: CursorWrapper) -> None:
        shared, exclusive = [locks.kpi(self.definition.number)], [self._key]
        locks.take(cursor, shared=shared, exclusive=exclusive, wait_s=locks.JOB_PATIENCE_S)

    def hold_if_free(self, cursor: CursorWrapper) -> bool:
        """False when another recompute is at the month."""
        locks.take(cursor, shared=[locks.kpi(self.definition.number)], wait_s=locks.JOB_PATIENCE_S)
        return locks.take_if_free(cursor, self._key)

    @property
    def _key(self) -> locks.Key:
        return locks.kpi(self.definition.number, self.month.year * 12 + self.month.month)


def recompute(*, full: bool = False, as_of: date | None = None) -> Recomputed:
    """Recompute what changed, or everything when `full`.

    `as_of`: judge what depends on the clock (issues that matured, invoices overdue) at the end of that day of the
    company instead of now; the next run without it judges at its own moment again.
    """
    began = monotonic()
    run = RecomputeRun.objects.create(started_at=timezone.now(), full=full)
    tally = Tally()
    settle(registry.sources(), moment=end_of(as_of) if as_of else timezone.now(), full=full, tally=tally)
    return finish(run, tally=tally, seconds=monotonic() - began)


def settle(sources: Sequence[FactSource], *, moment: datetime, tally: Tally, full: bool = False) -> None:
    """Bring sources up to their facts, by the rules in force; once more when these change meanwhile."""
    settled = None
    while settled != (values := known.refresh().values):
        settled = values
        _settle([Definition(source, values) for source in sources], moment=moment, full=full, tally=tally)


def _settle(found: Sequence[Definition], *, moment: datetime, full: bool, tally: Tally) -> None:
    """Versions, the tables that are built, the clock, months, cells; then a new version is shown. In this order."""
    opened = [each for each in found if keeping.open_version(each)]
    for each in found:
        if full and each not in opened:
            mark_all(each)
    builders = {each.source.builder.rebuild: each for each in found if each.source.builder}
    for rebuild, each in builders.items():
        rebuild(full=full, rules=each.rules)
    clock.set_to(moment, definitions=found)
    marked = _with_marks(found)
    rebuild_months([job for definition in marked for job in months_to_rebuild(definition)], tally=tally)
    for definition in marked:
        recompute_marked(definition, tally=tally)
    for definition in found:
        if not keeping.is_fresh(definition):  # what is shown next is read quickly from the first page on
            months.keep(definition)
        keeping.conclude(definition)


def _with_marks(found: Sequence[Definition]) -> list[Definition]:
    """Those with anything to do, mostly one or two. What is marked from now on is the next run's. A run beside this one
    whose marks are taken has them until their cells are replaced: they are seen here, and waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.SOURCES_WITH_MARKS, {"sources": [each.number for each in found]})
        marked = {number for (number,) in cursor.fetchall()}
    return [each for each in found if each.number in marked]


def is_waiting(sources: Sequence[FactSource], *, first: date, last: date) -> bool:
    """Whether changes of facts that may concern these days are still to be recomputed."""
    if any(source.builder.is_waiting() for source in sources if source.builder):
        return True
    numbers = [source.number for source in sources]
    days = models.Q(day__gte=first, day__lte=last) | models.Q(channel=sql.WHOLE_MONTH)
    return Mark.objects.filter(days, source__in=numbers).exists()


@contextmanager
def one_snapshot() -> Iterator[None]:
    """A transaction in which facts and rollups stand still; inside another one, that."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def definitions(sources: Sequence[FactSource]) -> list[Definition]:
    """By the rules in force."""
    rules = known.state().values
    return [Definition(source, rules) for source in sources]


def finish(run: RecomputeRun, *, tally: Tally, seconds: float) -> Recomputed:
    run.finished_at, run.days, run.rows, run.seconds = timezone.now(), len(tally.days), tally.rows, seconds
    run.save(update_fields=["finished_at", "days", "rows", "seconds"])
    return Recomputed(days=run.days, rows=run.rows, seconds=round(seconds, 3))


def end_of(day: date) -> datetime:
    """The last instant of the company's day."""
    return start_of(day + timedelta(days=1)) - timedelta(microseconds=1)


def mark_all(definition: Definition) -> None:
    """Ask for every month of the source, in every version that is kept up."""
    if keeping.open_version(definition) or keeping.is_kept_by_newer_release(definition.source):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        keeping.lock(cursor, definition)
        keeping.ask_for_months(cursor, definition)


def months_to_rebuild(definition: Definition) -> list[MonthJob]:
    versions = [each.version for each in keeping.reached(definition.source)]
    with connection.cursor() as cursor:
        cursor.execute(sql.MONTHS_TO_REBUILD, {"source": definition.number, "versions": versions})
        return [MonthJob(definition, month, whole) for month, whole in cursor.fetchall()]


def recompute_marked(definition: Definition, *, tally: Tally) -> None:
    """Replace the marked cells that no month rebuild took. The lock is a statement of its own, before the snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        keeping.lock(cursor, definition)
        versions = keeping.reached(definition.source)
        if versions:
            cursor.execute(sql.recompute_cells(versions))
            tally.add(*cursor.fetchone())


def rebuild_month(job: MonthJob, *, wait: bool, tally: Tally) -> bool:
    """Rebuild a month if it is still marked; False when another recompute is at it and we do not `wait`.

    Under rules that are in force no more it is left marked: the version that is wanted now goes first.
    """
    if known.values_now() != job.definition.rules:
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        if wait:
            job.hold(cursor)
        elif not job.hold_if_free(cursor):
            return False
        versions = keeping.reached(job.definition.source)
        if versions:
            cursor.execute(sql.MORE_MEMORY)
            cursor.execute(sql.rebuild_month(versions, whole=job.whole), {"first": job.month})
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
