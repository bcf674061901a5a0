"""Whatever the figures are, there is a verdict with a reason, and it keeps its promises."""

from datetime import date, timedelta
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.common.days import month_end, month_start
from metrics.verdicts.figures import DayFigure, Figures, Frozen, MonthFigure, Sample, Shape
from metrics.verdicts.judging import judge
from metrics.verdicts.reasons import render
from metrics.verdicts.windows import Window

COUNTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40)


def sample(span: Window, pattern: list[tuple[int, int]]) -> Sample:
    """The pattern over and over; days on which nothing was counted are absent, as in a rollup."""
    days = []
    for past in range(span.length):
        numerator, more = pattern[past % len(pattern)]
        count = numerator + more
        if count:
            days.append(DayFigure(span.first + timedelta(days=past), numerator, count, count))
    return Sample(span=span, days=tuple(days), whole_days=span.length, ends=0.9)


def months_of(whole: Sample, shape: Shape) -> tuple[MonthFigure, ...]:
    found = []
    for month in sorted({month_start(each.day) for each in whole.days}):
        part = whole.only({each.day for each in whole.days if month_start(each.day) == month})
        found.append(MonthFigure(month, month_end(month).day, part.value(shape), part.n))
    return tuple(found)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    before=COUNTS,
    now=COUNTS,
    shape=st.sampled_from(Shape),
    baseline_days=st.integers(1, 800),
    current_days=st.integers(1, 400),
    higher=st.booleans(),
)
def test_there_is_always_a_verdict_with_a_reason(
    before: list[tuple[int, int]],
    now: list[tuple[int, int]],
    shape: Shape,
    baseline_days: int,
    current_days: int,
    higher: bool,
) -> None:
    go_live = date(2025, 1, 1)
    whole = sample(Window(go_live - timedelta(days=baseline_days), go_live - timedelta(days=1)), before)
    current = sample(Window(go_live, go_live + timedelta(days=current_days - 1)), now)
    frozen = Frozen(sample=whole, months=months_of(whole, shape), go_live=go_live)

    found = judge(
        Figures(
            shape=shape,
            unit="share",
            higher_is_better=higher,
            as_of=current.span.last,
            frozen=frozen,
            current=current,
        )
    )

    assert render(found.reasons)
    for figure in (found.change, found.low, found.high, found.p):
        assert figure is None or isfinite(figure)
    if found.verdict in {"improved", "worse"}:
        assert found.p is not None
        assert found.p < 0.05
        assert shape in {Shape.PROPORTION, Shape.MEAN, Shape.SCORE}
        assert current_days >= 28
    if found.low is not None and found.high is not None and found.change is not None:
        assert found.low <= found.high
