from collections.abc import Mapping
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.identity.relating.groups import Place, Said, place
from tests.conftest import NOON


def said(*pairs: tuple[int, int]) -> list[Said]:
    """One after the other, an hour apart."""
    return [
        Said(pk=n, customer_id=customer, to_id=to, at=NOON + timedelta(hours=n))
        for n, (customer, to) in enumerate(pairs, start=1)
    ]


def tops(places: Mapping[int, Place]) -> dict[int, tuple[int, int | None]]:
    return {one: (to.root_id, to.parent_id) for one, to in places.items()}


def test_companies_stand_below_their_parents() -> None:
    places = place("parent", said((2, 1), (3, 1), (4, 3)), {})
    assert tops(places) == {1: (1, None), 2: (1, 1), 3: (1, 1), 4: (1, 3)}


def test_what_was_said_of_two_that_are_one_says_nothing() -> None:
    assert place("parent", said((2, 1)), {2: 1}) == {}
    assert place("household", said((2, 1)), {1: 2}) == {}


def test_a_survivors_own_parent_goes_before_that_of_whom_they_absorbed() -> None:
    both = said((2, 10), (3, 20))
    assert tops(place("parent", both, {3: 2})) == {10: (10, None), 2: (10, 10)}
    assert tops(place("parent", both, {2: 3})) == {20: (20, None), 3: (20, 20)}


def test_of_two_who_were_absorbed_what_was_said_later_counts() -> None:
    assert tops(place("parent", said((2, 10), (3, 20)), {2: 1, 3: 1})) == {20: (20, None), 1: (20, 20)}


def test_a_line_that_a_merge_bent_into_a_circle_is_cut_where_it_was_said_last() -> None:
    line = said((2, 1), (3, 2))
    assert tops(place("parent", line, {3: 1})) == {1: (1, None), 2: (1, 1)}
    assert tops(place("parent", list(reversed(line)), {1: 3})) == {3: (3, None), 2: (3, 3)}


def test_a_household_is_whoever_hangs_together() -> None:
    places = place("household", said((5, 4), (4, 9), (7, 8)), {})
    assert {one: to.root_id for one, to in places.items()} == {4: 4, 5: 4, 9: 4, 7: 7, 8: 7}
    assert all(to.parent_id is None for to in places.values())


def test_two_households_are_one_where_somebody_of_both_is_one() -> None:
    places = place("household", said((1, 2), (3, 4)), {3: 2})
    assert {one: to.root_id for one, to in places.items()} == {1: 1, 2: 1, 4: 1}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=12),
    st.dictionaries(st.integers(1, 8), st.integers(9, 11), max_size=6),
    st.integers(0, 99),
)
def test_whatever_was_said_every_line_ends_at_its_top(
    pairs: list[tuple[int, int]], became: dict[int, int], seed: int
) -> None:
    rows = said(*(pair for pair in pairs if pair[0] != pair[1]))
    mixed = Random(seed).sample(rows, len(rows))
    for kind in ("parent", "household"):
        places = place(kind, rows, became)
        assert place(kind, mixed, became) == places
        for one, to in places.items():
            assert kind == "household" or line_of(one, places)[-1] == to.root_id
            assert places[to.root_id].parent_id is None
            assert sum(other.root_id == to.root_id for other in places.values()) > 1


def line_of(one: int, places: Mapping[int, Place]) -> list[int]:
    """The customer, whom they belong to, and so on up; never one twice."""
    line = [one]
    while (parent := places[line[-1]].parent_id) is not None:
        assert parent not in line
        line.append(parent)
    return line
