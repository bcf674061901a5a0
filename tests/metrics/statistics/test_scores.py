from math import erfc, isclose, sqrt

import numpy as np
import pytest

from metrics.statistics.clustering import NO_INFLATION, Days, Inflation
from metrics.statistics.estimates import EmptySample
from metrics.statistics.scores import Answers, score_difference, score_inflation, score_interval


def test_score_is_promoters_less_detractors_in_hundred_answers() -> None:
    assert Answers(60, 20, 100).score == 40.0


def test_adjusted_wald_of_rocks_2016_adds_three_quarters_at_the_ends_and_three_answers() -> None:
    # 16 promoters and 4 detractors of 40: (16.75 − 4.75) / 43 = .27907; variance (21.5/43 − .27907²) / 43
    net = 12 / 43
    half = 1.959963984540054 * sqrt((21.5 / 43 - net**2) / 43)

    interval = score_interval(Answers(16, 4, 40))

    assert isclose(interval.low, 100 * (net - half))
    assert isclose(interval.high, 100 * (net + half))


def test_interval_stays_on_the_scale() -> None:
    assert score_interval(Answers(10, 0, 10)).high == 100.0
    assert score_interval(Answers(0, 10, 10)).low == -100.0


def test_difference_adds_the_adjusted_variances() -> None:
    now, before = Answers(16, 4, 40), Answers(20, 20, 60)
    error = sqrt((21.5 / 43 - (12 / 43) ** 2) / 43 + (41.5 / 63) / 63)

    found = score_difference(now, before)

    assert found.value == 30.0
    assert isclose(found.low, 100 * (12 / 43 - 1.959963984540054 * error))
    assert isclose(found.high, 100 * (12 / 43 + 1.959963984540054 * error))


def test_a_difference_is_now_less_before_with_the_p_of_its_own_error() -> None:
    """Adjusted: 39.75 − 9.75 of 63 now, 27.75 − 15.75 of 83 before; two-sided p = erfc(|z| / √2)."""
    one, two = 30 / 63, 12 / 83
    error = sqrt((49.5 / 63 - one**2) / 63 + (43.5 / 83 - two**2) / 83)

    found = score_difference(Answers(39, 9, 60), Answers(27, 15, 80))

    assert found.value == 35.0
    assert isclose(found.p_value, erfc((one - two) / error / sqrt(2)))
    assert isclose(found.low, 100 * (one - two - 1.959963984540054 * error))


def test_inflation_divides_the_answers_and_takes_its_own_t() -> None:
    """n halved before it is adjusted; t for 10 degrees of freedom is 2.228139 in every table."""
    now, before = Answers(15, 5, 41), Answers(20, 20, 60)
    one, two = 5 / 23.5, 0
    error = sqrt((11.5 / 23.5 - one**2) / 23.5 + (21.5 / 33 - two**2) / 33)

    wide = score_difference(now, before, spread=Inflation(factor=2.0, block_days=7, df=10))

    assert now.divided(2) == Answers(7.5, 2.5, 20.5)
    assert isclose(wide.value, 1000 / 41)
    assert isclose(wide.low, 100 * (one - 2.228138852 * error))
    assert isclose(wide.high, 100 * (one + 2.228138852 * error))
    assert wide.p_value > score_difference(now, before).p_value


def test_days_on_which_customers_agree_inflate_the_score() -> None:
    """Ten who all say the same are one answer: 28 days of them vary as 27 free days do, not as 280 answers."""
    weeks = [10.0] * 7 + [-10.0] * 7 + [10.0] * 7 + [-10.0] * 7
    swinging = Days(tuple(range(28)), tuple(weeks), (10.0,) * 28)
    steady = Days(tuple(range(28)), (0.0,) * 28, (10.0,) * 28)
    answers = Answers(140, 140, 280)

    found = score_inflation((swinging, answers))

    assert isclose(found.factor, 280 / 27)
    assert found.df == 27
    assert score_inflation((steady, answers)) == NO_INFLATION
    assert score_inflation((swinging, answers), (Days((), (), ()), Answers(0, 0, 0))) == found
    by_week = score_inflation((swinging, answers), (swinging, Answers(0, 0, 0)))  # eight weeks, the spread of four
    assert (by_week.block_days, by_week.df) == (7, 3)
    assert isclose(by_week.factor, 280 / 3)


def test_answers_that_all_agree_inflate_nothing() -> None:
    days = Days(tuple(range(50)), (5.0,) * 50, (10.0,) * 50)

    assert score_inflation((days, Answers(300, 50, 500))) == NO_INFLATION


def test_no_answers_have_no_score() -> None:
    with pytest.raises(EmptySample):
        score_interval(Answers(0, 0, 0))
    with pytest.raises(EmptySample):
        assert Answers(0, 0, 0).score


def test_less_than_one_effective_answer_has_a_score() -> None:
    answers = Answers(0.5, 0.25, 0.75)
    half = 1.959963984540054 * sqrt((2.25 / 3.75 - (0.25 / 3.75) ** 2) / 3.75)

    assert isclose(answers.score, 100 / 3)
    assert isclose(score_interval(answers).low, 100 * (0.25 / 3.75 - half))


def test_coverage_of_a_difference_is_nominal() -> None:
    rng, covered = np.random.default_rng(9), 0
    for _ in range(2000):
        before, now = rng.multinomial(80, (0.5, 0.2, 0.3)), rng.multinomial(40, (0.6, 0.1, 0.3))
        found = score_difference(Answers(now[0], now[1], 40), Answers(before[0], before[1], 80))
        covered += found.low <= 20 <= found.high

    assert 0.935 <= covered / 2000 <= 0.97
