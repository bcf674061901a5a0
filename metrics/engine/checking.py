"""Compare a sample of months with what the facts give: finds what no trigger saw, such as rows loaded without them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from metrics.engine import registry, sql
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import MonthJob, definitions, is_built
from metrics.engine.sources import FactSource
from metrics.models import RecomputeRun

log = structlog.get_logger(__name__)

MONTHS_A_NIGHT = 3  # of each source
KEEP_RUNS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose stored sums are not what the facts give; None: the cell is missing there."""

    source: str
    cell: tuple[Any, ...]
    stored: list[int] | None
    fresh: list[int] | None


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
        found = [Difference(str(job.definition.source.label), row[:-2], row[-2], row[-1]) for row in cursor.fetchall()]
        if found:
            cursor.execute(sql.MARK_MONTHS, {"source": job.definition.number, "months": [job.month]})
    for each in found:
        log.error("rollup differs from its facts", source=each.source, cell=str(each.cell))
    return found


def forget_old_runs() -> None:
    RecomputeRun.objects.filter(started_at__lt=timezone.now() - KEEP_RUNS).delete()
