from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.common import pacing
from crm.common.pacing import Pace


def pace(amount: int = 1_000) -> Pace:
    return Pace(amount, seconds=1.0, least=100, most=5_000)


@pytest.mark.parametrize(
    ("seconds", "amount"),
    [(1.0, 1_000), (0.8, 1_250), (4.0, 250), (0.4, 2_000), (0.0, 2_000), (60.0, 100)],
)
def test_the_next_step_follows_from_the_last(seconds: float, amount: int) -> None:
    paced = pace()
    paced.took(seconds)
    assert paced.amount == amount


def test_it_grows_up_to_a_limit() -> None:
    paced = pace(3_000)
    paced.took(0.1)
    assert paced.amount == 5_000


def test_a_block_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "monotonic", iter([10.0, 12.0]).__next__)
    paced = pace()
    with paced.timed():
        pass
    assert paced.amount == 500


def test_a_block_that_fails_teaches_nothing() -> None:
    paced = pace()
    with pytest.raises(ValueError, match="no"), paced.timed():
        raise ValueError("no")
    assert paced.amount == 1_000


@pytest.mark.parametrize(("seconds", "held_s", "amount"), [(0.5, 0.2, 500), (4.0, 0.1, 250), (1.0, 0.01, 1_000)])
def test_rows_that_people_work_on_are_not_held_for_long(seconds: float, held_s: float, amount: int) -> None:
    paced = pace()
    paced.took(seconds, held_s=held_s)
    assert paced.amount == amount


@given(
    fixed=st.floats(0, 4),
    each=st.floats(0.0001, 0.02),
    amount=st.integers(1, 10_000),
    seed=st.integers(0, 1_000),
)
def test_whatever_a_step_takes_for_itself_work_comes_to_an_end_soon(
    fixed: float, each: float, amount: int, seed: int
) -> None:
    """On a machine whose times vary by half; `ideal` are steps of which each does as much as it takes for itself."""
    paced, steps, random, left = Pace(amount, seconds=0.1, least=1, most=10_000), 0, Random(seed), 20_000
    while left > 0:
        steps, left = steps + 1, left - paced.amount
        paced.took((fixed + each * paced.amount) * random.lognormvariate(0, 0.4))
    ideal = 20_000 / 10_000 + 20_000 * each / max(fixed, 0.1)
    assert steps <= 40 + 40 * ideal


@given(fixed=st.floats(0, 4), each=st.floats(0.0001, 0.02), amount=st.integers(1, 10_000))
def test_steps_do_not_grow_far_beyond_what_each_takes_for_itself(fixed: float, each: float, amount: int) -> None:
    paced = Pace(amount, seconds=0.5, least=1, most=100_000)
    for at in range(60):
        if at >= 30:
            assert each * paced.amount <= 7 * max(fixed, 0.5)
        paced.took(fixed + each * paced.amount)


def test_where_all_of_it_goes_with_the_amount_it_becomes_smaller_at_once() -> None:
    paced, took = Pace(1_000, seconds=0.1, least=1, most=5_000), []
    for _ in range(5):
        took.append(paced.amount * 0.01)
        paced.took(took[-1])
    assert took == [10.0, 0.1, 0.1, 0.1, 0.1]
