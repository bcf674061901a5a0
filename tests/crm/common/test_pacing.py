import pytest
from hypothesis import example, given
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


@example(fixed=0.3125, each=0.015625, amount=1)  # two at a time leave a third of the time unused
@given(
    fixed=st.floats(0, 4),
    each=st.floats(0.0001, 0.02),
    amount=st.integers(1, 10_000),
)
def test_a_part_that_every_step_takes_does_not_make_steps_ever_smaller(fixed: float, each: float, amount: int) -> None:
    """Whatever a step takes for itself: it comes to do about as much as takes `seconds` on top, and stays there."""
    paced, done = Pace(amount, seconds=0.5, least=1, most=100_000), []
    for _ in range(40):
        done.append(paced.amount)
        paced.took(fixed + each * paced.amount)
    on_top = [each * one for one in done[-10:]]
    assert max(on_top) <= 1.01
    assert sum(on_top) / len(on_top) >= 0.2 or fixed + max(on_top) >= 0.4


def test_where_all_of_it_goes_with_the_amount_it_becomes_smaller_at_once() -> None:
    paced, took = Pace(1_000, seconds=0.1, least=1, most=5_000), []
    for _ in range(5):
        took.append(paced.amount * 0.01)
        paced.took(took[-1])
    assert took == [10.0, 0.1, 0.1, 0.1, 0.1]
