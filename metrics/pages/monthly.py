"""The months of every KPI at once, for pages that show them all: one query, kept until the next recompute, or until
other versions of the figures are shown.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.cache import cache

from accounts.access import Reader
from crm.common.days import month_start
from metrics.engine import known, registry, series
from metrics.engine.scope import Scope
from metrics.engine.versions import definition_shown
from metrics.goals.rollouts import FIRST_GO_LIVE
from metrics.kpis.catalogue import MAIN
from metrics.kpis.whose_ledger import LeftOut, left_out
from metrics.models import RecomputeRun

KEPT_S = 24 * 3600
STANDING = f"""
SELECT run.*, (SELECT count(*) FROM (SELECT FROM metrics_mark LIMIT %s) mark) AS waiting,
       {FIRST_GO_LIVE} AS first_go_live_on
FROM (SELECT) whether_or_not
LEFT JOIN (SELECT * FROM metrics_recomputerun WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1) run ON true
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Month:
    """`value` is None where there is no data; for plain sums it is the month's total."""

    month: date
    value: Decimal | None
    n: int


class Standing(NamedTuple):
    """The last run that ended, how many marks wait for the next, and when the company or the first team went live."""

    run: RecomputeRun | None
    waiting: int
    first_go_live_on: date | None


def find_standing(*, at_most: int) -> Standing:
    """Marks are counted up to `at_most`. One query, whatever there is."""
    found: Any = RecomputeRun.objects.raw(STANDING, [at_most])[0]
    return Standing(None if found.pk is None else found, found.waiting, found.first_go_live_on)


def months_of_all(*, first: date, last: date, team_id: int | None, run: RecomputeRun | None) -> dict[str, list[Month]]:
    """KPI key → its months, oldest first. They hold for a `run` and the versions shown, which follow from the rules:
    one may be shown again, or be whole, without a run. Facts that a freezing took up wait for the next.
    """
    if run is None or run.finished_at is None:
        return _read(first=first, last=last, team_id=team_id)
    with known.pinned():
        return _kept(f"{run.pk}:{run.finished_at.timestamp()}", first=first, last=last, team_id=team_id)


def _kept(run: str, *, first: date, last: date, team_id: int | None) -> dict[str, list[Month]]:
    versions = ",".join(str(definition_shown(source).version) for source in registry.sources())
    key = f"metrics-months:{run}:{versions}:{first}:{last}:{team_id}"
    kept: dict[str, list[Month]] | None = cache.get(key)
    if kept is None:
        kept = _read(first=first, last=last, team_id=team_id)
        cache.set(key, kept, KEPT_S)
    return kept


def ledgers_left_out(reader: Reader, *, run: RecomputeRun | None) -> list[LeftOut]:
    """For whom may see dashboards; the figures follow a ledger's share in a recompute, and so does what is said."""
    if run is None or run.finished_at is None:
        return []
    key = f"metrics-ledgers:{run.pk}:{run.finished_at.timestamp()}"
    kept: list[LeftOut] | None = cache.get(key)
    if kept is None:
        kept = left_out(reader)
        cache.set(key, kept, KEPT_S)
    return kept


def _read(*, first: date, last: date, team_id: int | None) -> dict[str, list[Month]]:
    found = series.series(kpis=MAIN, first=first, last=last, scope=Scope(team_id=team_id), by="month")
    return {
        key: [Month(month_start(point.first), point.value, point.n) for point in points]
        for key, points in found.items()
    }
