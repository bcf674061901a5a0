"""The figures a verdict needs, read from frozen baselines, rollups and the attribution register."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from crm.common.days import month_end, month_start
from metrics.engine import series
from metrics.engine.scope import Scope
from metrics.engine.versions import rules_shown
from metrics.goals.drift_checks import find_check
from metrics.goals.newest import NEWEST, PREFERENCE, is_current
from metrics.kpis import CATALOGUE, Kpi
from metrics.models import Baseline, KpiTarget, OtherChange
from metrics.verdicts.figures import DayFigure, Figures, Frozen, MonthFigure, Sample, Shape
from metrics.verdicts.windows import MIN_DAYS, Window, current_window

Row = TypeVar("Row", Baseline, KpiTarget)
UNJUDGED_DAYS = 91


@dataclass(frozen=True, slots=True)
class Subject:
    """One line of a scorecard: a KPI in a scope, with the baseline it is held against and the target in force."""

    kpi: Kpi
    scope: Scope
    baseline: Baseline | None
    outdated: Baseline | None
    target: KpiTarget | None


def find_subjects() -> list[Subject]:
    """Every KPI for the whole company, and for every scope that has a baseline or a target."""
    baselines = _by_subject(Baseline.objects.select_related("drift_check").order_by(*PREFERENCE))
    targets = _by_subject(KpiTarget.objects.order_by(*NEWEST))
    wanted = {(kpi.key, Scope()) for kpi in CATALOGUE.values() if not kpi.variant_of}
    order = {key: place for place, key in enumerate(CATALOGUE)}
    keys = sorted(
        (key for key in wanted | set(baselines) | set(targets) if key[0] in CATALOGUE),
        key=lambda key: (order[key[0]], key[1].team_id or 0, key[1].channel, key[1].tier_id or 0),
    )
    return [_subject(kpi, scope, baselines.get((kpi, scope), []), targets.get((kpi, scope), [])) for kpi, scope in keys]


def _by_subject(rows: Iterable[Row]) -> dict[tuple[str, Scope], list[Row]]:
    found: dict[tuple[str, Scope], list[Row]] = {}
    for row in rows:
        found.setdefault((row.kpi, Scope.of(row)), []).append(row)
    return found


def _subject(key: str, scope: Scope, baselines: Sequence[Baseline], targets: Sequence[KpiTarget]) -> Subject:
    """`baselines` in the order of preference, `targets` newest first."""
    kpi = CATALOGUE[key]
    return Subject(
        kpi=kpi,
        scope=scope,
        baseline=next((each for each in baselines if is_current(each)), None),
        outdated=next((each for each in baselines if not is_current(each)), None),
        target=next(iter(targets), None),
    )


def read_figures(subjects: Sequence[Subject], *, last: date, changes: Sequence[OtherChange]) -> list[Figures]:
    """`last`: the last whole day to look at. `changes`: the attribution register. One query a scope and window."""
    prepared = [_prepared(subject, last=last) for subject in subjects]
    points = _read_points(prepared)
    return [_figures(each, points.get(place, []), last=last, changes=changes) for place, each in enumerate(prepared)]


@dataclass(frozen=True, slots=True)
class _Prepared:
    subject: Subject
    frozen: Frozen | None
    window: Window | None


def _prepared(subject: Subject, *, last: date) -> _Prepared:
    frozen = read_frozen(subject.kpi, subject.baseline) if subject.baseline else None
    settled = last - timedelta(days=settling_days(subject.kpi))
    return _Prepared(subject, frozen, _window(frozen, last=settled))


def _read_points(prepared: Sequence[_Prepared]) -> dict[int, list[series.Point]]:
    """Place in `prepared` → the days of its window."""
    places: dict[tuple[Scope, Window], list[int]] = {}
    for place, each in enumerate(prepared):
        if each.window is not None:
            places.setdefault((each.subject.scope, each.window), []).append(place)
    found: dict[int, list[series.Point]] = {}
    for (scope, window), together in places.items():
        kpis = [prepared[place].subject.kpi for place in together]
        by_key = series.series(kpis=kpis, first=window.first, last=window.last, scope=scope, by="day")
        found.update((place, by_key[prepared[place].subject.kpi.key]) for place in together)
    return found


def _figures(
    prepared: _Prepared, points: Sequence[series.Point], *, last: date, changes: Sequence[OtherChange]
) -> Figures:
    subject, kpi = prepared.subject, prepared.subject.kpi
    current = _current_sample(kpi, prepared.window, points) if prepared.window else None
    return Figures(
        shape=shape_of(kpi),
        unit=kpi.unit,
        higher_is_better=kpi.higher_is_better,
        as_of=last,
        frozen=prepared.frozen,
        current=current,
        other_changes=_overlapping(subject, changes, current.span) if current else (),
        settled_days=settling_days(kpi),
        outdated_version=subject.outdated.version if subject.outdated else None,
    )


def shape_of(kpi: Kpi) -> Shape:
    """What the KPI is tested as. A share of amounts is a share whose n is the things counted, not the money: the
    spread between days then holds what unequal amounts add.
    """
    shape = Shape(kpi.shape)
    return Shape.PROPORTION if shape is Shape.RATIO and kpi.unit == "share" else shape


def settling_days(kpi: Kpi) -> int:
    """How long a day's figures may still change."""
    return kpi.source.settles(rules_shown(kpi.source))


def _window(frozen: Frozen | None, *, last: date) -> Window | None:
    if frozen is None:
        return Window(last - timedelta(days=UNJUDGED_DAYS - 1), last)
    return current_window(baseline=frozen.sample.span, go_live=frozen.go_live, last=last)


def read_frozen(kpi: Kpi, baseline: Baseline) -> Frozen:
    span = Window(baseline.window_from, baseline.window_to)
    sample = Sample(
        span=span,
        days=tuple(_frozen_day(entry) for entry in baseline.days),
        whole_days=span.length,
        ends=_ends(kpi, baseline.components),
    )
    months = tuple(_frozen_month(kpi, span, entry) for entry in baseline.series)
    return Frozen(
        sample=sample,
        months=months,
        go_live=baseline.go_live_on,
        chosen_after_go_live=baseline.chosen_after_go_live,
        source_changed=_source_changed(baseline),
    )


def _source_changed(baseline: Baseline) -> bool:
    check = find_check(baseline)
    return check is not None and check.changed


def _frozen_day(entry: Mapping[str, Any]) -> DayFigure:
    denominator = entry["denominator"]
    return DayFigure(
        day=date.fromisoformat(entry["period"]),
        numerator=float(entry["numerator"] or 0),
        denominator=None if denominator is None else float(denominator),
        n=int(entry["n"]),
    )


def _frozen_month(kpi: Kpi, span: Window, entry: Mapping[str, Any]) -> MonthFigure:
    month = date.fromisoformat(f"{entry['period']}-01")
    covered = (min(span.last, month_end(month)) - max(span.first, month)).days + 1
    n = int(entry["n"])
    value = series.value_of(
        kpi, numerator=_frozen_sum(entry["numerator"]), denominator=_frozen_sum(entry["denominator"]), n=n
    )
    return MonthFigure(month=month, covered=covered, value=None if value is None else float(value), n=n)


def _frozen_sum(stored: float | str | None) -> Decimal | None:
    return None if stored is None else Decimal(str(stored))


def _ends(kpi: Kpi, components: Mapping[str, Any]) -> float:
    """For a score: promoters and detractors together as a share of the answers."""
    if Shape(kpi.shape) is not Shape.SCORE or kpi.denominator_terms is None:
        return 0.0
    answers = sum(sign * int(components.get(name, 0)) for name, sign in kpi.denominator_terms.items())
    ends = sum(int(components.get(name, 0)) for name in kpi.numerator_terms)
    return ends / answers if answers else 0.0


def _current_sample(kpi: Kpi, window: Window, points: Sequence[series.Point]) -> Sample:
    days = tuple(_current_day(point) for point in points)
    components: Counter[str] = Counter()
    for point in points:
        components.update(point.components)
    span = _ledger_window(window, days) if kpi.source.whole_months else window
    kept = tuple(each for each in days if span.first <= each.day <= span.last)
    return Sample(span=span, days=kept, whole_days=span.length, ends=_ends(kpi, components))


def _current_day(point: series.Point) -> DayFigure:
    return DayFigure(
        day=point.first,
        numerator=float(point.numerator or 0),
        denominator=None if point.denominator is None else float(point.denominator),
        n=point.n,
    )


def _ledger_window(window: Window, days: Sequence[DayFigure]) -> Window:
    """A ledger speaks of whole months: those that begin after go-live, are over, and were delivered."""
    whole = [month_start(each.day) for each in days if month_end(each.day) <= window.last]
    whole = [month for month in whole if month >= window.first]
    return Window(min(whole), month_end(max(whole))) if whole else window


def _overlapping(subject: Subject, changes: Sequence[OtherChange], current: Window) -> tuple[str, ...]:
    baseline = subject.baseline
    if baseline is None:
        return ()
    return tuple(
        change.what
        for change in changes
        if _touches(change, subject) and _confounds(change, baseline=baseline, current=current)
    )


def _touches(change: OtherChange, subject: Subject) -> bool:
    """A change in a part of the scope moves the whole of it too; a change in another team does not."""
    return Scope.of(change).meets(subject.scope) and (not change.kpis or subject.kpi.key in change.kpis)


def _confounds(change: OtherChange, *, baseline: Baseline, current: Window) -> bool:
    """A lasting change, when it began after the baseline did; a passing one, when it was on within four weeks of
    go-live.
    """
    if change.happened_to is None:
        return baseline.window_from < change.happened_from <= current.last
    near = Window(baseline.go_live_on - timedelta(days=MIN_DAYS), baseline.go_live_on + timedelta(days=MIN_DAYS))
    return near.overlaps(change.happened_from, change.happened_to)
