"""The page of one KPI: its series as a chart with baseline, target and go-live, and the figures beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Team
from crm.common.charts import Chart, Mark, Series
from crm.common.company.current import company
from crm.common.days import add_months, days_between, month_start
from metrics.engine import average_month
from metrics.engine import series as engine
from metrics.engine.base import Kpi
from metrics.engine.scope import Scope
from metrics.engine.series import Point
from metrics.goals.newest import baseline_value
from metrics.goals.rollouts import went_live_on
from metrics.kpis.catalogue import variants_of
from metrics.kpis.words import chart_format, kpi_change, kpi_value
from metrics.models import Baseline, Evaluation
from metrics.statistics.proportions import wilson
from metrics.statistics.scores import Answers, score_interval
from metrics.verdicts.standing import Goals

MONTHS_SHOWN = 24
WEEKS_SHOWN = 26
DAYS_SHOWN = 92
MOST_PERIODS = 750
MOST_LISTED = 120
DAYS_OF_PERIOD = {"month": average_month.DAYS, "week": Decimal(7), "day": Decimal(1)}


@dataclass(frozen=True, kw_only=True)
class Period:
    """One row of the table; `go_live` names the teams that went live in it, `is_part`: the window cuts it off."""

    label: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int
    low: float | None
    high: float | None
    go_live: str
    is_part: bool


@dataclass(frozen=True, kw_only=True)
class KpiSeries:
    """`variants` are the same figure under another rule, `median` and `p90` seconds: of the whole period shown."""

    chart: Chart
    periods: tuple[Period, ...]
    first: date
    last: date
    n: int
    variants: tuple[tuple[Kpi, Decimal | None], ...]
    median: Decimal | None
    p90: Decimal | None

    @property
    def is_listed(self) -> bool:
        """Whether the table has all of them; longer ones are for the export."""
        return len(self.periods) <= MOST_LISTED

    @property
    def has_data(self) -> bool:
        return any(period.value is not None for period in self.periods)


def compared(kpi: Kpi, goals: Goals) -> tuple[Decimal | None, int | None]:
    """What the present is held against, and its n: the judged part of the baseline, else the whole."""
    judged = goals.evaluation
    if judged is not None and judged.baseline_value is not None:
        return judged.baseline_value, judged.n_baseline
    return baseline_value(kpi, goals.baseline), goals.baseline.n if goals.baseline else None


def default_window(*, by: str, today: date) -> tuple[date, date]:
    if by == "day":
        return today - timedelta(days=DAYS_SHOWN - 1), today
    if by == "week":
        monday = today - timedelta(days=today.weekday())
        return monday - timedelta(weeks=WEEKS_SHOWN - 1), today
    return add_months(month_start(today), -MONTHS_SHOWN), today


def kpi_series(
    kpi: Kpi,
    *,
    scope: Scope,
    by: str,
    first: date,
    last: date,
    teams: Sequence[Team],
    goals: Goals,
) -> KpiSeries:
    """`teams` with their rollouts. A window of more periods than can be drawn loses its oldest."""
    first = max(first, last - timedelta(days=MOST_PERIODS * int(DAYS_OF_PERIOD[by])))
    variants = variants_of(kpi)
    found = engine.series(kpis=[kpi, *variants], first=first, last=last, scope=scope, by=by)
    by_period = {point.period: point for point in found[kpi.key]}
    labels = period_labels(by=by, first=first, last=last)
    median, p90 = _quantiles(kpi, first, last, scope)
    marks = go_live_marks(teams, scope=scope, by=by, labels=labels)
    cut = _cut_off(kpi, by=by, first=first, last=last)
    periods = tuple(_period(kpi, label, by_period.get(label), marks, cut) for label in labels)
    return KpiSeries(
        chart=Chart(
            key=kpi.key,
            title=finding(kpi, goals.evaluation, last_value=_latest(periods)),
            x=labels,
            series=_series(kpi, periods, by=by, baseline=goals.baseline),
            format=chart_format(kpi),
            unit=company().currency if kpi.unit == "money" else "",
            baseline=_scaled(kpi, compared(kpi, goals)[0], by=by),
            target=_scaled(kpi, goals.target.value if goals.target else None, by=by),
            marks=_marks(marks),
        ),
        periods=periods,
        first=first,
        last=last,
        n=sum(period.n for period in periods),
        variants=tuple((other, _together(other, found[other.key])) for other in variants),
        median=median,
        p90=p90,
    )


def period_labels(*, by: str, first: date, last: date) -> list[str]:
    """The names `series.points` gives periods, without gaps."""
    if by == "month":
        months = (last.year - first.year) * 12 + last.month - first.month
        return [f"{add_months(month_start(first), step):%Y-%m}" for step in range(months + 1)]
    return list(dict.fromkeys(period_of(day, by=by) for day in days_between(first, last)))


def _cut_off(kpi: Kpi, *, by: str, first: date, last: date) -> frozenset[str]:
    """The periods the window has only a part of, such as the month that is running. The ledger knows whole months."""
    if kpi.source.whole_months:
        return frozenset()
    outside = [(first, first - timedelta(days=1)), (last, last + timedelta(days=1))]
    return frozenset(
        period_of(day, by=by) for day, beyond in outside if period_of(day, by=by) == period_of(beyond, by=by)
    )


def period_of(day: date, *, by: str) -> str:
    return day.strftime({"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}[by])


def go_live_marks(teams: Sequence[Team], *, scope: Scope, by: str, labels: Sequence[str]) -> dict[str, str]:
    """Period → names of the teams of the scope that went live in it."""
    marks: dict[str, list[str]] = {}
    for team in teams:
        day = went_live_on(team)
        if day is not None and scope.team_id in (None, team.pk) and (label := period_of(day, by=by)) in set(labels):
            marks.setdefault(label, []).append(team.name)
    return {label: ", ".join(marks[label]) for label in labels if label in marks}


def _marks(found: Mapping[str, str]) -> list[Mark]:
    """The first says what it is; the others, often close by, only who."""
    marks = [Mark(at=at, label=names) for at, names in found.items()]
    return [Mark(at=marks[0].at, label=_("Go-live %(teams)s") % {"teams": marks[0].label}), *marks[1:]] if marks else []


def _period(kpi: Kpi, label: str, point: Point | None, marks: Mapping[str, str], cut: frozenset[str]) -> Period:
    low, high = _interval(kpi, point) if point else (None, None)
    return Period(
        label=label,
        value=point.value if point else None,
        numerator=point.numerator if point else None,
        denominator=point.denominator if point else None,
        n=point.n if point else 0,
        low=low,
        high=high,
        go_live=marks.get(label, ""),
        is_part=label in cut,
    )


def _interval(kpi: Kpi, point: Point) -> tuple[float | None, float | None]:
    """95 %, of a share or a score by itself; others have none here."""
    if point.value is None or point.n <= 0:
        return None, None
    if kpi.shape == "proportion" and 0 <= point.value <= 1:
        share = wilson(float(point.value) * point.n, point.n)
        return share.low, share.high
    if kpi.shape == "score":
        score = score_interval(_answers(kpi, point))
        return score.low, score.high
    return None, None


def _answers(kpi: Kpi, point: Point) -> Answers:
    ends = {
        sign: sum(point.components[name] for name, s in kpi.numerator_terms.items() if s == sign) for sign in (1, -1)
    }
    return Answers(promoters=ends[1], detractors=ends[-1], total=point.n)


def _series(kpi: Kpi, periods: Sequence[Period], *, by: str, baseline: Baseline | None) -> list[Series]:
    with_band = any(period.low is not None for period in periods)
    shown = [
        Series(
            name=str(kpi.name),
            values=[None if period.is_part and kpi.shape == "sum" else period.value for period in periods],
            low=[period.low for period in periods] if with_band else (),
            high=[period.high for period in periods] if with_band else (),
        )
    ]
    window = _baseline_window(kpi, periods, by=by, baseline=baseline)
    return [*shown, window] if window else shown


def _baseline_window(kpi: Kpi, periods: Sequence[Period], *, by: str, baseline: Baseline | None) -> Series | None:
    """The baseline over the periods it was measured in, where any of them is shown."""
    value = _scaled(kpi, baseline_value(kpi, baseline), by=by)
    if baseline is None or value is None:
        return None
    first, last = period_of(baseline.window_from, by=by), period_of(baseline.window_to, by=by)
    values = [value if first <= period.label <= last else None for period in periods]
    return (
        Series(name=_("Mean of the baseline window"), values=values) if any(one is not None for one in values) else None
    )


def _scaled(kpi: Kpi, value: Decimal | None, *, by: str) -> Decimal | None:
    """An average month's worth of a sum as what an average period of the chart would have."""
    if value is None or kpi.shape != "sum":
        return value
    return value / average_month.DAYS * DAYS_OF_PERIOD[by]


def _together(kpi: Kpi, points: Sequence[Point]) -> Decimal | None:
    """The figure of all periods as one."""
    return engine.value_of(
        kpi,
        numerator=sum((point.numerator or Decimal(0) for point in points), Decimal(0)),
        denominator=sum((point.denominator or Decimal(0) for point in points), Decimal(0)),
        n=sum(point.n for point in points),
    )


def _quantiles(kpi: Kpi, first: date, last: date, scope: Scope) -> list[Decimal | None]:
    if not kpi.quantiles:
        return [None, None]
    return engine.quantiles(kpi=kpi, first=first, last=last, scope=scope)


def _latest(periods: Sequence[Period]) -> Decimal | None:
    return next((period.value for period in reversed(periods) if period.value is not None), None)


def finding(kpi: Kpi, evaluation: Evaluation | None, *, last_value: Decimal | None) -> str:
    """What the chart shows, in a sentence."""
    if evaluation is None or evaluation.change is None:
        if last_value is None:
            return _("%(kpi)s: no data in this period") % {"kpi": kpi.name}
        return _("%(kpi)s, with no verdict yet") % {"kpi": kpi.name}
    words = {
        "kpi": kpi.name,
        "now": kpi_value(evaluation.current_value, kpi),
        "before": kpi_value(evaluation.baseline_value, kpi),
        "change": kpi_change(evaluation.change, kpi),
    }
    if evaluation.verdict == Evaluation.Verdict.IMPROVED:
        return _("%(kpi)s got better: %(now)s against %(before)s before go-live (%(change)s)") % words
    if evaluation.verdict == Evaluation.Verdict.WORSE:
        return _("%(kpi)s got worse: %(now)s against %(before)s before go-live (%(change)s)") % words
    return _("%(kpi)s: %(now)s against %(before)s before go-live, and no proof that it changed") % words
