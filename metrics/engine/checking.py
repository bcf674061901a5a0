"""Every night: hold what is kept against the rows it follows from, down to what departments delivered.

Finds what no trigger saw, such as rows written while triggers were switched off. First the columns that follow from
other rows: they are written anew, which marks the cells concerned. Then the tables that are built, of which what
differs is marked. Then the figures, of a sample of months; a cell that is marked by then may differ.
"""

import random
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from crm.common.chunks import by_id_ranges
from crm.common.hooks import facts_changed
from customers.registry.derived import Derived, all_derived
from metrics.engine import registry, sql
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import MonthJob, definitions, is_built
from metrics.engine.sources import FactSource
from metrics.models import CheckRun, RecomputeRun

log = structlog.get_logger(__name__)

MONTHS_A_NIGHT = 3  # of each source
MENDED_AT_ONCE = 200  # rows
KEEP_RUNS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows or cells were not what they follow from. `key`: of the derived columns, or of the source."""

    what: Literal["rows", "built", "figures"]
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
    found = [*mend_derived(), *check_built(), *_by_source(check_sample())]
    run.found, run.finished_at = [asdict(each) for each in found], timezone.now()
    run.save(update_fields=["found", "finished_at"])
    if found:
        facts_changed()
    return run


def mend_derived() -> list[Found]:
    """Write derived columns anew where they are not what they follow from; reads every row, in short steps."""
    return _told("rows", {each.key: _mend(each) for each in all_derived()})


def check_built() -> list[Found]:
    """Have tables that are built from facts built again where they are not what the facts give; reads every fact."""
    return _told("built", {each.key: each.builder.check() for each in registry.sources() if each.builder})


def check_sample(*, sources: Sequence[FactSource] = (), months: int = MONTHS_A_NIGHT) -> list[Difference]:
    """Check some months of each source (of all when none is given), log what differs, have those months rebuilt."""
    found: list[Difference] = []
    for definition in definitions(sources or registry.sources()):
        if is_built(definition):
            for month in sample(definition, months=months):
                found += check_month(MonthJob(definition, month))
    return found


def sample(definition: Definition, *, months: int) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(sql.months_with_facts(definition))
        known = [month for (month,) in cursor.fetchall()]
    return random.sample(known, min(months, len(known)))


def check_month(job: MonthJob) -> list[Difference]:
    with transaction.atomic(), connection.cursor() as cursor:
        job.hold(cursor)
        cursor.execute(sql.differing_cells(job.definition), {"first": job.month})
        found = [Difference(job.definition.source.key, row[:-2], row[-2], row[-1]) for row in cursor.fetchall()]
        if found:
            cursor.execute(sql.MARK_MONTHS, {"source": job.definition.number, "months": [job.month]})
    for each in found:
        log.error("rollup differs from its facts", source=each.source, cell=str(each.cell))
    return found


def forget_old_runs() -> None:
    for model in (RecomputeRun, CheckRun):
        model.objects.filter(started_at__lt=timezone.now() - KEEP_RUNS).delete()


def _mend(derived: Derived) -> int:
    """Finding locks nothing; what was found is mended a few rows at a time, so that nobody who writes them waits."""
    wrong = array("q")

    def find(cursor: CursorWrapper, first: int, after: int) -> int:
        found = derived.find(cursor, first, after)
        wrong.extend(found)
        return len(found)

    by_id_ranges(derived.table, find)
    for start in range(0, len(wrong), MENDED_AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            derived.mend(cursor, wrong[start : start + MENDED_AT_ONCE].tolist())
    return len(wrong)


def _told(what: Literal["rows", "built"], counts: dict[str, int]) -> list[Found]:
    found = [Found(what, key, count) for key, count in counts.items() if count]
    for each in found:
        log.error("rows are not what they follow from", what=each.what, key=each.key, rows=each.count)
    return found


def _by_source(differences: Sequence[Difference]) -> list[Found]:
    return [Found("figures", key, count) for key, count in Counter(each.source for each in differences).items()]
