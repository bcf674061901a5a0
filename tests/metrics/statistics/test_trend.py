from dataclasses import replace
from math import cos, isclose, pi, sqrt

import numpy as np
import pytest

from metrics.statistics.estimates import EmptySample
from metrics.statistics.trend import Point, Trend, explains, fit_trend


def points(values: list[float], weights: list[float] | None = None) -> list[Point]:
    weights = weights or [1.0] * len(values)
    return [
        Point(float(month), value, weight) for month, (value, weight) in enumerate(zip(values, weights, strict=True))
    ]


def test_slope_interval_and_p_of_anscombes_first_set() -> None:
    """F. J. Anscombe, The American Statistician 27, 1973: slope .5001, its error .1179, t 4.24, p .00217, 9 df."""
    x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]

    trend = fit_trend([Point(float(at), value, 1.0) for at, value in zip(x, y, strict=True)])

    assert (round(trend.slope, 4), round(trend.p_value, 5), trend.df) == (0.5001, 0.00217, 9)
    assert isclose((trend.high - trend.low) / 2, 2.262157 * 0.1179, rel_tol=1e-3)


def test_a_flat_series_does_not_move() -> None:
    trend = fit_trend(points([5.0] * 12))

    assert abs(trend.slope) < 1e-12
    assert (trend.p_value, trend.is_moving) == (1.0, False)


def test_a_straight_line_moves() -> None:
    trend = fit_trend(points([float(month) for month in range(12)]))

    assert isclose(trend.slope, 1.0)
    assert trend.is_moving


def test_weights_count_as_repetition() -> None:
    heavy = fit_trend(points([1.0, 2.0, 4.0, 3.0], [1.0, 1.0, 3.0, 1.0]))

    assert isclose(heavy.slope, np.polyfit([0, 1, 2, 2, 2, 3], [1.0, 2.0, 4.0, 4.0, 4.0, 3.0], 1)[0])


def test_months_without_data_are_left_out() -> None:
    assert fit_trend(points([1.0, 2.0, 99.0, 4.0, 5.0], [1.0, 1.0, 0.0, 1.0, 1.0])).points == 4


def test_two_years_take_the_season_out() -> None:
    """A pure season peaking in the last month looks like a rise to a plain line, not with the harmonic pair."""
    rng = np.random.default_rng(4)
    season = [10 + 3 * cos(2 * pi * (month - 23) / 12) + rng.normal(0, 0.1) for month in range(24)]

    trend = fit_trend(points(season))

    assert trend.df == 20
    assert not trend.is_moving


@pytest.mark.parametrize("peak", [0, 2, 5, 9])
def test_a_season_of_a_year_takes_nothing_from_the_slope(peak: int) -> None:
    """Whatever month it peaks in: the period is twelve months exactly."""
    season = [10 + 0.2 * month + 8 * cos(2 * pi * (month - peak) / 12) for month in range(36)]

    trend = fit_trend(points(season))

    assert isclose(trend.slope, 0.2, rel_tol=1e-9)
    assert (trend.points, trend.df) == (36, 32)


def test_false_alarms_on_independent_months_are_nominal() -> None:
    rng = np.random.default_rng(6)

    alarms = sum(fit_trend(points(list(rng.normal(0, 1, 12)))).is_moving for _ in range(1000))

    assert 0.03 <= alarms / 1000 <= 0.07


def test_going_on_like_before_explains_a_change_of_its_own_size() -> None:
    trend = fit_trend(points([10.0 - 0.5 * month for month in range(12)]))

    assert isclose(trend.drift(start=5.5, end=17.5), -6.0)
    assert explains(trend, start=5.5, end=17.5, change=-6.0)
    assert explains(trend, start=5.5, end=17.5, change=-11.9)
    assert not explains(trend, start=5.5, end=17.5, change=-12.1)
    assert not explains(trend, start=5.5, end=17.5, change=6.0)
    assert not explains(trend, start=5.5, end=17.5, change=0.0)


def test_half_of_a_change_is_enough() -> None:
    trend = Trend(slope=-0.5, low=-2.0, high=1.0, p_value=0.9, points=12, df=10)

    assert explains(trend, start=5.5, end=17.5, change=-12.0)
    assert not explains(trend, start=17.5, end=5.5, change=-12.0)
    assert explains(trend, start=17.5, end=5.5, change=12.0)
    assert explains(trend, start=0.0, end=1.0, change=-0.75)
    assert not explains(replace(trend, slope=0.0), start=0.0, end=12.0, change=1.0)


@pytest.mark.parametrize(("p_value", "is_moving"), [(0.0499, True), (0.05, False), (0.0501, False)])
def test_moving_is_what_five_in_a_hundred_standing_still_look_like(p_value: float, is_moving: bool) -> None:
    assert Trend(slope=1.0, low=0.0, high=2.0, p_value=p_value, points=12, df=10).is_moving is is_moving


@pytest.mark.parametrize(("months", "df"), [(3, 1), (12, 10), (23, 21), (24, 20), (25, 21)])
def test_the_season_takes_two_coefficients_from_the_24th_point_on(months: int, df: int) -> None:
    trend = fit_trend(points([float(month) for month in range(months)]))

    assert (trend.points, trend.df) == (months, df)
    assert isclose(trend.slope, 1.0)
    assert trend.is_moving


def test_a_weighted_line_of_four_points_by_hand() -> None:
    """Weights as 1, 1, 2, 1 on 0 … 3: about the means Σwxx = 5.2, Σwxy = 3, Σwyy = 4; t of 2 df is 4.3027."""
    trend = fit_trend(points([1.0, 1.0, 3.0, 2.0], [3.0, 3.0, 6.0, 3.0]))
    error = sqrt((4 - 3**2 / 5.2) / 2 / 5.2)

    assert isclose(trend.slope, 3 / 5.2)
    assert isclose(trend.high - trend.slope, 4.302652729911275 * error)
    assert isclose(trend.slope - trend.low, 4.302652729911275 * error)


def test_a_slope_that_is_tiny_but_exact_moves() -> None:
    assert fit_trend(points([1e-9 * month for month in range(12)])).is_moving


def test_two_points_are_no_trend() -> None:
    with pytest.raises(EmptySample):
        fit_trend(points([1.0, 2.0]))
    with pytest.raises(EmptySample):
        fit_trend(points([1.0, 2.0, 3.0], [1.0, 1.0, 0.0]))
