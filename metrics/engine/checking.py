"""Every night: hold what is kept against the rows it follows from, down to what departments delivered.

Finds what no trigger saw, such as rows written while triggers were switched off. First the columns that follow from
other rows: they are written anew, which marks the cells concerned. Then the tables that are built, of which what
differs is marked. Then the figures, of a sample of months; a cell that is marked by then may differ.

What stands in front of a lock for too long is left to the next night, and the record says so: the rest goes on.
"""

import random
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal, TypeVar

import structlog
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from crm.common import locks
from crm.common.chunks import by_id_ranges
from crm.common.hooks import facts_changed
from crm.common.retrying import retried
from customers.registry.derived import Derived, all_derived
from metrics.engine import keeping, registry, sql
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import MonthJob, definitions
from metrics.models import CheckRun, RecomputeRun

log = structlog.get_logger(__name__)

T = TypeVar("T")
MONTHS_A_NIGHT = 3  # of each source
MENDED_AT_ONCE = 200  # rows
KEEP_RUNS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows or cells were not what they follow from. `key`: of the derived columns, or of the source.

    `left`: rows that others were at, which may still be wrong. `unchecked`: how many checks of a source were not made.
    """

    what: Literal["rows", "built", "figures", "left", "unchecked"]
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose stored sums are not what the facts give; None: the cell is missing there."""

    source: str
    cell: tuple[Any, ...]
    stored: list[int] | None
    fresh: list[int] | None


def check() -> CheckRun:
    """Check everything, mend or mark what differs, and keep a record of it."""
    run = CheckRun.objects.create(started_at=timezone.now())
    found = [*mend_derived(), *check_built(), *check_figures()]
    run.found, run.finished_at = [asdict(each) for each in found], timezone.now()
    run.save(update_fields=["found", "finished_at"])
    if found:
        facts_changed()
    return run


def mend_derived() -> list[Found]:
    """Write derived columns anew where they are not what they follow from; reads every row, in short steps."""
    mended: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for each in all_derived():
        mended[each.key], left[each.key] = _mend(each)
    return [*_told("rows", mended), *_found("left", left)]


def check_built() -> list[Found]:
    """Have tables that are built from facts built again where they are not what the facts give; reads every fact."""
    counts = {each.key: _unless_busy(each.key, each.builder.check) for each in registry.sources() if each.builder}
    unchecked = Counter(key for key, count in counts.items() if count is None)
    return [*_told("built", {key: count or 0 for key, count in counts.items()}), *_found("unchecked", unchecked)]


def check_figures() -> list[Found]:
    """Hold the figures of some months of each source against their facts, and have those that differ computed again."""
    checked = list(_sampled())
    differing = Counter(each.source for _key, differences in checked for each in differences or ())
    unchecked = Counter(key for key, differences in checked if differences is None)
    return [*_found("figures", differing), *_found("unchecked", unchecked)]


def _sampled() -> Iterator[tuple[str, list[Difference] | None]]:
    """What differs in each month that was picked, by its source; None where somebody else was at it for too long."""
    for definition in definitions(registry.sources()):
        for month in sample(definition, months=MONTHS_A_NIGHT):
            work = partial(retried(check_month), MonthJob(definition, month))
            yield definition.source.key, _unless_busy(definition.source.key, work)


def sample(definition: Definition, *, months: int) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(sql.months_with_facts(definition))
        known = [month for (month,) in cursor.fetchall()]
    return random.sample(known, min(months, len(known)))


def check_month(job: MonthJob) -> list[Difference]:
    """Nothing where the version is not whole and kept up; asked under the lock, as rules may just have been changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        job.hold(cursor)
        if not keeping.is_fresh(job.definition):
            return []
        cursor.execute(sql.differing_cells(job.definition), {"first": job.month})
        found = [Difference(job.definition.source.key, row[:-2], row[-2], row[-1]) for row in cursor.fetchall()]
        if found:
            keeping.ask_for(cursor, job.definition, [job.month])
    for each in found:
        log.error("rollup differs from its facts", source=each.source, cell=str(each.cell))
    return found


def forget_old_runs() -> None:
    for model in (RecomputeRun, CheckRun):
        model.objects.filter(started_at__lt=timezone.now() - KEEP_RUNS).delete()


def _mend(derived: Derived) -> tuple[int, int]:
    """→ how many rows were mended, and how many are left since others were at them.

    Finding locks nothing; what was found is mended a few rows at a time, so that nobody who writes them waits.
    """
    wrong, mended = array("q"), 0

    def find(cursor: CursorWrapper, first: int, after: int) -> int:
        found = derived.find(cursor, first, after)
        wrong.extend(found)
        return len(found)

    by_id_ranges(derived.table, find)
    for start in range(0, len(wrong), MENDED_AT_ONCE):
        rows = wrong[start : start + MENDED_AT_ONCE].tolist()
        count = _unless_busy(derived.key, partial(retried(_mend_some), derived, rows))
        if count is None:
            return mended, len(wrong) - start
        mended += count
    return mended, 0


def _mend_some(derived: Derived, ids: list[int]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        return derived.mend(cursor, ids)


def _unless_busy(key: str, work: Callable[[], T]) -> T | None:
    """What `work` gives; None where somebody else had what it needs for too long, which is logged."""
    try:
        return work()
    except (locks.Busy, OperationalError) as error:
        log.warning("left to the next nightly check", key=key, error=str(error))
        return None


def _told(what: Literal["rows", "built"], counts: Mapping[str, int]) -> list[Found]:
    found = _found(what, counts)
    for each in found:
        log.error("rows are not what they follow from", what=each.what, key=each.key, rows=each.count)
    return found


def _found(what: Literal["rows", "built", "figures", "left", "unchecked"], counts: Mapping[str, int]) -> list[Found]:
    return [Found(what, key, count) for key, count in counts.items() if count]
