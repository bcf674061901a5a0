from math import isclose

import numpy as np
import pytest
from numpy.typing import NDArray

from metrics.statistics.clustering import NO_INFLATION, Days
from metrics.statistics.estimates import EmptySample
from metrics.statistics.proportions import difference, share_inflation, two_proportion_p, wilson

Floats = NDArray[np.float64]


def test_wilson_81_of_263_as_in_newcombe_1998() -> None:
    interval = wilson(81, 263)

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize(("successes", "low", "high"), [(0, 0.0, 0.2775), (10, 0.7225, 1.0)])
def test_wilson_stays_within_0_and_1(successes: int, low: float, high: float) -> None:
    interval = wilson(successes, 10)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_difference_56_of_70_against_48_of_80_as_in_newcombe_1998_method_10() -> None:
    found = difference(56, 70, 48, 80)

    assert [round(each, 4) for each in (found.value, found.low, found.high)] == [0.2, 0.0524, 0.3339]


def test_p_is_pearsons_chi_squared_without_correction() -> None:
    # 2 × 2 table 56 14 / 48 32: pooled 104/150, z = 0.2 / sqrt(104/150 · 46/150 · (1/70 + 1/80)) = 2.6505
    assert isclose(two_proportion_p(56, 70, 48, 80), 0.008045, rel_tol=1e-4)


def test_equal_shares_and_shares_that_cannot_vary_have_p_1() -> None:
    assert two_proportion_p(5, 10, 50, 100) == 1.0
    assert two_proportion_p(10, 10, 20, 20) == 1.0


def test_nothing_observed_is_no_share() -> None:
    with pytest.raises(EmptySample):
        wilson(0, 0)
    with pytest.raises(EmptySample):
        two_proportion_p(0, 0, 1, 2)


def test_days_that_all_agree_inflate_nothing() -> None:
    days = Days(tuple(range(100)), (8.0,) * 100, (10.0,) * 100)

    assert share_inflation((days, 1000)) == NO_INFLATION


def test_two_kinds_of_days_inflate_by_their_design_effect() -> None:
    # half the days 6 of 10, half 10 of 10: variance of a day's share .04·20/19 over 20 days, binomial .8·.2/200
    days = Days(tuple(range(20)), (6.0, 10.0) * 10, (10.0,) * 20)

    found = share_inflation((days, 200))

    assert (found.block_days, found.df) == (1, 19)
    assert isclose(found.factor, (0.04 * 20 / 19 / 20) / (0.16 / 200))


def test_inflated_difference_divides_n_and_uses_t() -> None:
    days = Days(tuple(range(20)), (6.0, 10.0) * 10, (10.0,) * 20)
    spread = share_inflation((days, 200))

    wide, narrow = difference(160, 200, 140, 200, spread=spread), difference(160, 200, 140, 200)

    assert wide.value == narrow.value
    assert wide.low < narrow.low < narrow.high < wide.high
    assert wide.p_value > narrow.p_value


def simulated(
    rng: np.random.Generator, *, month_sd: float, days: int = 455, per_day: int = 500, share: float = 0.8
) -> tuple[Floats, Floats]:
    """Calls answered in time on 455 days whose months differ by chance."""
    months = rng.normal(0, month_sd, days // 28 + 1)[np.arange(days) // 28]
    offered = rng.poisson(per_day, days).astype(np.float64) + 1
    answered = rng.binomial(offered.astype(np.int64), np.clip(share + months, 0, 1)).astype(np.float64)
    return answered, offered


def cut(answered: Floats, offered: Floats, first: int, last: int) -> Days:
    return Days(tuple(range(first, last)), tuple(answered[first:last]), tuple(offered[first:last]))


def test_months_that_differ_by_chance_are_not_called_a_change() -> None:
    """200,000 calls, months spread by one point: uninflated, half are "significant"; inflated, one in twenty."""
    rng, covered, naive = np.random.default_rng(11), 0, 0
    for _ in range(400):
        answered, offered = simulated(rng, month_sd=0.01)
        before, now = cut(answered, offered, 0, 365), cut(answered, offered, 365, 455)
        totals = (sum(now.numerators), sum(now.denominators), sum(before.numerators), sum(before.denominators))
        found = difference(*totals, spread=share_inflation((before, totals[3]), (now, totals[1])))
        covered += found.low <= 0 <= found.high
        naive += two_proportion_p(*totals) >= 0.05

    assert 0.92 <= covered / 400 <= 0.99
    assert naive / 400 < 0.6


def test_independent_calls_keep_their_coverage() -> None:
    rng, covered = np.random.default_rng(12), 0
    for _ in range(400):
        answered, offered = simulated(rng, month_sd=0.0, per_day=20)
        before, now = cut(answered, offered, 0, 365), cut(answered, offered, 365, 455)
        totals = (sum(now.numerators), sum(now.denominators), sum(before.numerators), sum(before.denominators))
        found = difference(*totals, spread=share_inflation((before, totals[3]), (now, totals[1])))
        covered += found.low <= 0 <= found.high

    assert 0.93 <= covered / 400 <= 0.99
