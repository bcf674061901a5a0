"""The one way to read figures: rollups of any scope and period, summed in one query."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from crm.common.days import month_end, month_start, today
from crm.common.errors import DomainError
from metrics.engine import histograms, reading_sql
from metrics.engine.base import Kpi, quotient, total
from metrics.engine.scope import COMPANY, Scope
from metrics.engine.sources import SEPARATOR, FactSource
from metrics.engine.versions import definition_shown

NOTHING: Mapping[str, str] = MappingProxyType({})


class UnknownPeriod(DomainError):
    """Not one of day, week, month, total."""


class UnknownDimension(DomainError):
    """The source has no such dimension of its own."""


@dataclass(frozen=True)
class Point:
    """One period's figure. `numerator` and `denominator` in company currency, seconds or counts; None: no facts.

    `value` is None where there is no data. `components` are the stored sums (milliseconds, ten-thousandths).
    """

    period: str
    first: date
    last: date
    numerator: Decimal | None
    denominator: Decimal | None
    n: int
    components: dict[str, int]
    value: Decimal | None


@dataclass(frozen=True)
class Window:
    """Days from `first` to `last`, both included; None: as far as there is data."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Sums:
    """The sums of a source over one period, and the days between which it has cells."""

    first: date
    last: date
    values: dict[str, int]


SumsByPeriod = dict[tuple[int, str], Sums]


@dataclass(frozen=True)
class Part:
    """Which cells of a source to read."""

    scope: Scope
    window: Window
    extra: Mapping[str, str]

    @property
    def parameters(self) -> dict[str, Any]:
        """Of the conditions of every source."""
        given = {f"extra_{name}": value for name, value in self.extra.items()}
        return {**self.scope.where()[1], **given, "first": self.window.first, "last": self.window.last}

    def where(self, source: FactSource) -> str:
        """Conditions but for the window, each with AND. Raises UnknownDimension."""
        where, _parameters = self.scope.where()
        places = {name: place for place, name in enumerate(source.extra, start=1)}
        for name in self.extra:
            if name not in places:
                raise UnknownDimension(
                    _("%(source)s are not kept by %(dimension)s.") % {"source": source.label, "dimension": name}
                )
            where += f" AND split_part(extra, {SEPARATOR}, {places[name]}) = %(extra_{name})s"
        return where


def points(
    *,
    kpi: Kpi,
    first: date | None,
    last: date | None,
    by: str = "total",
    scope: Scope = COMPANY,
    extra: Mapping[str, str] = NOTHING,
) -> list[Point]:
    """The KPI's figures by day (days with data only), week, month (all of the window) or total (always one)."""
    return series(kpis=[kpi], first=first, last=last, scope=scope, by=by, extra=extra)[kpi.key]


def series(
    *,
    kpis: Sequence[Kpi],
    first: date | None,
    last: date | None,
    by: str = "total",
    scope: Scope = COMPANY,
    extra: Mapping[str, str] = NOTHING,
) -> dict[str, list[Point]]:
    """Key → figures, of several KPIs in a single query. `extra`: values of dimensions that their sources have of their
    own, such as one agent. Raises UnknownPeriod, UnknownDimension.
    """
    if by not in reading_sql.PERIODS:
        raise UnknownPeriod(f"{by!r}: {', '.join(reading_sql.PERIODS)}")
    window = Window(first, last)
    sums = _read(kpis=kpis, part=Part(scope, window, extra), by=by)
    return {kpi.key: _points_of(kpi, sums=sums, window=window, by=by) for kpi in kpis}


def _read(*, kpis: Sequence[Kpi], part: Part, by: str) -> SumsByPeriod:
    """(source, period) → sums."""
    sources = {source.number: source for kpi in kpis for source in kpi.sources}
    components = {key: _components(kpis, source) for key, source in sources.items()}
    queries = [
        reading_sql.sums(definition_shown(source), components=components[key], by=by, where=part.where(source))
        for key, source in sources.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries), part.parameters)
        return {
            (source, period): Sums(first, last, dict(zip(components[source], values, strict=True)))
            for source, period, first, last, values in cursor.fetchall()
        }


def _components(kpis: Sequence[Kpi], source: FactSource) -> list[str]:
    """What the KPIs read of a source, in stored order."""
    used = {name for kpi in kpis if kpi.source is source for name in kpi.components}
    used |= {name for kpi in kpis if kpi.n_source is source for name in kpi.n_terms}
    return [name for name in source.positions if name in used]


def _points_of(kpi: Kpi, *, sums: SumsByPeriod, window: Window, by: str) -> list[Point]:
    own = {period: found for (source, period), found in sums.items() if source == kpi.source.number}
    periods = _periods(own.values(), window=window, by=by)
    found = [_point(kpi, period=period, first=a, last=z, sums=sums) for period, a, z in periods]
    return [point for point in found if by != "day" or has_data(point)]


def has_data(point: Point) -> bool:
    return bool(point.n or point.numerator or point.denominator)


def _point(kpi: Kpi, *, period: str, first: date, last: date, sums: SumsByPeriod) -> Point:
    own = sums.get((kpi.source.number, period))
    if own is None:
        return Point(period, first, last, None, None, 0, {}, None)
    counted = sums.get((kpi.n_source.number, period)) if kpi.n_source else own
    n = int(total(counted.values, kpi.n_terms)) if counted else 0
    numerator, denominator = kpi.parts(own.values)
    components = {name: int(own.values[name]) for name in kpi.components}
    value = value_of(kpi, numerator=numerator, denominator=denominator, n=n)
    return Point(period, first, last, numerator, denominator, n, components, value)


def value_of(kpi: Kpi, *, numerator: Decimal | None, denominator: Decimal | None, n: int) -> Decimal | None:
    """The figure of sums, wherever they were read: rollups, a frozen month, periods taken together.

    None where nothing was counted, never 0.
    """
    if numerator is None:
        return None
    if kpi.denominator is None:
        return numerator if n or numerator else None
    return quotient(numerator, denominator or Decimal(0), shape=kpi.shape)


def _periods(found: Iterable[Sums], *, window: Window, by: str) -> list[tuple[str, date, date]]:
    """Names and bounds of the periods of the window, or else of the days that have cells."""
    days = [day for sums in found for day in (sums.first, sums.last)]
    first = window.first or min(days, default=window.last or today())
    last = window.last or max(days, default=first)
    if by == "total":
        return [("total", first, last)]
    if by == "day":
        return [(day.isoformat(), day, day) for day in sorted(set(days))]
    if not days and (window.first is None or window.last is None):
        return []
    return list(_calendar(first, last, by=by))


def _calendar(first: date, last: date, *, by: str) -> Iterable[tuple[str, date, date]]:
    day = first
    while day <= last:
        if by == "month":
            start, end, name = month_start(day), month_end(day), f"{day:%Y-%m}"
        else:
            start = day - timedelta(days=day.weekday())
            end, name = start + timedelta(days=min(6, (last - start).days)), f"{day:%G-W%V}"
        yield name, max(start, first), min(end, last)
        if end >= last:  # the day after the calendar's last is no date
            return
        day = end + timedelta(days=1)


def quantiles(
    *,
    kpi: Kpi,
    first: date | None = None,
    last: date | None = None,
    scope: Scope = COMPANY,
    shares: Sequence[float] = (0.5, 0.9),
) -> list[Decimal | None]:
    """Quantiles in seconds of the durations behind the KPI (its `quantiles` histogram), each within 1 %."""
    place = [each.name for each in kpi.source.histograms].index(kpi.quantiles)
    where, parameters = scope.where()
    with connection.cursor() as cursor:
        statement = reading_sql.histogram(definition_shown(kpi.source), where=where)
        cursor.execute(statement, {**parameters, "first": first, "last": last, "place": place})
        counts = cursor.fetchall()
    return [_quantile(counts, share=share) for share in shares]


def _quantile(counts: Sequence[tuple[int, int]], *, share: float) -> Decimal | None:
    """The smallest duration that at least `share` of all do not exceed, from (bucket, count) in ascending order."""
    total = sum(count for _bucket, count in counts)
    seen = 0
    for bucket, count in counts:
        seen += count
        if seen >= share * total:
            return histograms.seconds_of(bucket)
    return None
