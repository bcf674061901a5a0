from datetime import date

import pytest

from metrics.statistics.clustering import Days
from metrics.verdicts.figures import MONTH_DAYS, DayFigure, Sample, Shape
from metrics.verdicts.windows import Window

MONDAY, TUESDAY, SUNDAY = date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 10)
WEEK = Window(MONDAY, SUNDAY)
TWO_DAYS = Sample(
    span=WEEK,
    days=(DayFigure(MONDAY, 3.0, 4.0, 5), DayFigure(TUESDAY, -1.0, 6.0, 7)),
    whole_days=7,
    ends=0.6,
)
SUMS = Sample(span=WEEK, days=(DayFigure(MONDAY, 3.0, None, 5), DayFigure(TUESDAY, 4.0, None, 7)), whole_days=7)
EMPTY = Sample(span=WEEK, days=(), whole_days=7)


@pytest.mark.parametrize(
    ("sample", "n", "numerator", "denominator"),
    [(TWO_DAYS, 12, 2.0, 10.0), (SUMS, 12, 7.0, 0.0), (EMPTY, 0, 0.0, 0.0)],
)
def test_a_sample_adds_its_days_up(sample: Sample, n: int, numerator: float, denominator: float) -> None:
    assert (sample.n, sample.numerator, sample.denominator) == (n, numerator, denominator)


@pytest.mark.parametrize(
    ("sample", "shape", "value"),
    [
        (TWO_DAYS, Shape.PROPORTION, 0.2),
        (TWO_DAYS, Shape.MEAN, 0.2),
        (TWO_DAYS, Shape.RATIO, 0.2),
        (TWO_DAYS, Shape.SCORE, 20.0),
        (SUMS, Shape.SUM, MONTH_DAYS),  # seven in seven days, whichever of them have data
        (SUMS, Shape.MEAN, None),
        (EMPTY, Shape.SUM, None),
        (EMPTY, Shape.SCORE, None),
        (Sample(span=WEEK, days=SUMS.days, whole_days=0), Shape.SUM, None),
        (Sample(span=WEEK, days=(DayFigure(MONDAY, 0.0, None, 0),), whole_days=7), Shape.SUM, 0.0),
        (Sample(span=WEEK, days=(DayFigure(MONDAY, 0.0, 4.0, 4),), whole_days=7), Shape.PROPORTION, 0.0),
    ],
)
def test_the_figure_of_a_sample(sample: Sample, shape: Shape, value: float | None) -> None:
    assert sample.value(shape) == value


def test_a_month_is_the_average_one() -> None:
    assert MONTH_DAYS == 30.4375


def test_the_days_as_the_statistics_take_them() -> None:
    assert TWO_DAYS.series == Days(ordinals=(739740, 739741), numerators=(3.0, -1.0), denominators=(4.0, 6.0))
    assert SUMS.series == Days(ordinals=(739740, 739741), numerators=(3.0, 4.0), denominators=(0.0, 0.0))
    assert EMPTY.series == Days(ordinals=(), numerators=(), denominators=())


def test_some_of_the_days_count_as_all_that_were_asked_for() -> None:
    kept = TWO_DAYS.only([TUESDAY, SUNDAY])

    assert kept == Sample(span=WEEK, days=TWO_DAYS.days[1:], whole_days=2, ends=0.6)
    assert TWO_DAYS.only([]) == Sample(span=WEEK, days=(), whole_days=0, ends=0.6)
