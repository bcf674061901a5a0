from math import isclose
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from metrics.statistics.multiplicity import FALSE_DISCOVERY_RATE, adjusted_p_values

BENJAMINI_HOCHBERG_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_of_the_fifteen_of_benjamini_and_hochberg_1995_four_are_rejected() -> None:
    adjusted = adjusted_p_values(BENJAMINI_HOCHBERG_1995)
    assert [p <= FALSE_DISCOVERY_RATE for p in adjusted] == [True] * 4 + [False] * 11


def test_adjusted_values_of_the_fifteen() -> None:
    found = [round(p, 6) for p in adjusted_p_values(BENJAMINI_HOCHBERG_1995)]

    assert found[:9] == [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645, 0.0765]
    assert found[9:] == [0.486, 0.581182, 0.714875, 0.753231, 0.813214, 1.0]


def test_none_and_one() -> None:
    assert adjusted_p_values([]) == []
    assert adjusted_p_values([0.03]) == [0.03]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_order_does_not_matter_and_nothing_gets_smaller(p_values: list[float], random: Random) -> None:
    shuffled = random.sample(range(len(p_values)), len(p_values))
    adjusted = adjusted_p_values(p_values)
    again = adjusted_p_values([p_values[index] for index in shuffled])

    assert all(p <= q or isclose(p, q) for p, q in zip(p_values, adjusted, strict=True))
    assert sorted(again) == sorted(adjusted)
