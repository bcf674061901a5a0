from math import isclose

import numpy as np
import pytest

from metrics.statistics.clustering import NO_INFLATION, Days
from metrics.statistics.durations import duration_inflation, ratio_of_means
from metrics.statistics.estimates import EmptySample


def waits(rng: np.random.Generator, first: int, last: int, *, mean: float, day_sd: float = 0.2) -> Days:
    """Total wait and calls by day; days resemble themselves, calls are gamma."""
    calls = rng.poisson(60, last - first) + 1.0
    means = mean * np.exp(rng.normal(0, day_sd, last - first) - day_sd**2 / 2)
    return Days(tuple(range(first, last)), tuple(rng.gamma(calls * 0.7, means / 0.7)), tuple(calls))


def test_the_value_is_the_ratio_of_the_two_means() -> None:
    before = Days(tuple(range(30)), (100.0, 200.0, 300.0) * 10, (2.0, 4.0, 6.0) * 10)
    now = Days(tuple(range(30, 60)), (80.0, 160.0, 240.0) * 10, (2.0, 4.0, 6.0) * 10)

    found = ratio_of_means(now, before, spread=NO_INFLATION)

    assert isclose(found.value, 0.8)
    assert isclose(found.low, 0.8)
    assert isclose(found.high, 0.8)
    assert found.p_value < 1e-9


def test_the_same_days_give_ratio_1_and_p_1() -> None:
    days = Days(tuple(range(30)), (100.0, 250.0, 300.0) * 10, (2.0, 4.0, 6.0) * 10)

    found = ratio_of_means(days, days, spread=NO_INFLATION)

    assert found.value == 1.0
    assert found.p_value == 1.0
    assert found.low < 1.0 < found.high


def test_the_same_data_give_the_same_interval_every_time() -> None:
    rng = np.random.default_rng(3)
    before, now = waits(rng, 0, 365, mean=60), waits(rng, 365, 425, mean=50)
    spread = duration_inflation(before, now)

    assert ratio_of_means(now, before, spread=spread) == ratio_of_means(now, before, spread=spread)


@pytest.mark.slow
def test_coverage_of_the_log_interval_is_nominal() -> None:
    rng, covered = np.random.default_rng(5), 0
    for _ in range(200):
        before, now = waits(rng, 0, 365, mean=60), waits(rng, 365, 425, mean=48)
        found = ratio_of_means(now, before, spread=duration_inflation(before, now))
        covered += found.low <= 0.8 <= found.high

    assert 0.92 <= covered / 200 <= 0.99


@pytest.mark.parametrize(
    "now",
    [
        Days((), (), ()),
        Days((1, 2, 3), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
        Days(tuple(range(10)), (0.0,) * 10, (1.0,) * 10),
    ],
)
def test_too_little_to_compare_is_said(now: Days) -> None:
    before = Days(tuple(range(30)), (100.0,) * 30, (2.0,) * 30)

    with pytest.raises(EmptySample):
        ratio_of_means(now, before, spread=NO_INFLATION)
