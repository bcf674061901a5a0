from math import isclose

from metrics.statistics.clustering import NO_INFLATION, Days, block_variance, inflation


def test_block_variance_of_equal_days_is_the_variance_of_their_mean() -> None:
    days = Days((1, 2, 3, 4), (1.0, 2.0, 3.0, 4.0), (1.0, 1.0, 1.0, 1.0))

    variance, blocks = block_variance(days, block_days=1)

    assert blocks == 4
    assert isclose(variance, (5 / 3) / 4)


def test_blocks_follow_the_calendar_not_the_position() -> None:
    days = Days((0, 6, 7, 20), (1.0, 1.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0))

    assert block_variance(days, block_days=7) == (0.0, 3)


def test_no_days_have_no_variance() -> None:
    assert block_variance(Days((), (), ()), block_days=1) == (0.0, 0)


def test_a_single_block_has_no_variance() -> None:
    assert block_variance(Days((1, 2), (1.0, 0.0), (1.0, 1.0)), block_days=7) == (0.0, 1)


def test_under_eight_blocks_nothing_is_inflated() -> None:
    days = Days(tuple(range(7)), (0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0), (1.0,) * 7)

    assert inflation([(days, 1e-9)]) == NO_INFLATION


def test_the_widest_block_counts() -> None:
    """Weeks that agree within and differ between: seen at seven days, not at one."""
    ordinals = tuple(range(70))
    shares = tuple(float(day // 7 % 2) for day in ordinals)
    days = Days(ordinals, shares, (1.0,) * 70)
    assumed = block_variance(days, block_days=1)[0]

    found = inflation([(days, assumed)])

    assert (found.block_days, found.df) == (7, 9)
    assert isclose(found.factor, 7 * (10 / 9) / (70 / 69))
