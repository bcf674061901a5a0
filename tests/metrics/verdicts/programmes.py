"""Baselines and figures after go-live to judge, made day by day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from crm.common.days import days_between, month_end, month_start
from metrics.verdicts.figures import (
    MONTH_DAYS,
    DayFigure,
    Figures,
    Frozen,
    Judgement,
    MonthFigure,
    Sample,
    Shape,
)
from metrics.verdicts.judging import judge
from metrics.verdicts.windows import Window

YEAR_2024 = Window(date(2024, 1, 1), date(2024, 12, 31))
GO_LIVE = date(2025, 1, 1)
DayMaker = Callable[[date], DayFigure]


def sample(span: Window, make: DayMaker, *, ends: float = 0.0) -> Sample:
    days = tuple(make(day) for day in days_between(span.first, span.last))
    return Sample(span=span, days=days, whole_days=span.length, ends=ends)


def frozen(make: DayMaker, *, span: Window = YEAR_2024, shape: Shape = Shape.PROPORTION, ends: float = 0.0) -> Frozen:
    whole = sample(span, make, ends=ends)
    months = sorted({month_start(each.day) for each in whole.days})
    return Frozen(
        sample=whole,
        months=tuple(_month(whole, month, shape) for month in months),
        go_live=span.last + timedelta(days=1),
    )


def _month(whole: Sample, month: date, shape: Shape) -> MonthFigure:
    part = whole.only([day for day in days_between(month, month_end(month)) if whole.span.overlaps(day, day)])
    return MonthFigure(month=month, covered=part.whole_days, value=part.value(shape), n=part.n)


def share_of(share: float, *, calls: int = 100) -> DayMaker:
    """The share on every day, give or take a little that averages out over a week."""
    wobble = (-2, 1, 2, 0, -1, 2, -2)
    return lambda day: DayFigure(day, round(calls * share) + wobble[day.toordinal() % 7], calls, calls)


def mean_of(seconds: float, *, calls: int = 50) -> DayMaker:
    wobble = (0.9, 1.0, 1.1, 1.05, 0.95, 1.2, 0.8)
    return lambda day: DayFigure(day, seconds * calls * wobble[day.toordinal() % 7], calls, calls)


def figures(before: Frozen | None, now: DayMaker, *, days: int = 90, **changes: object) -> Figures:
    span = Window(GO_LIVE, GO_LIVE + timedelta(days=days - 1))
    made = Figures(
        shape=Shape.PROPORTION,
        unit="share",
        higher_is_better=True,
        as_of=span.last,
        frozen=before,
        current=sample(span, now, ends=0.6),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def judged(before: Frozen | None, now: DayMaker, **changes: object) -> Judgement:
    return judge(figures(before, now, **changes))  # type: ignore[arg-type]


def keys(judgement: Judgement) -> list[str]:
    return [reason.key for reason in judgement.reasons]


def net_of(promoters_less_detractors: int) -> DayMaker:
    """Ten answers a day."""
    return lambda day: DayFigure(day, promoters_less_detractors + (-1, 1)[day.toordinal() % 2], 10, 10)


def rising(start: float, a_month: float) -> DayMaker:
    """A share that climbs all the time, before and after go-live alike."""

    def make(day: date) -> DayFigure:
        months = (day - YEAR_2024.first).days / MONTH_DAYS
        return DayFigure(day, 1000 * (start + a_month * months) + (-10, 10)[day.toordinal() % 2], 1000, 1000)

    return make
