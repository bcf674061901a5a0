from hypothesis import given
from hypothesis import strategies as st

from customers.identity.matching.grouping import LARGEST, by_customer, grouped, pairs_of

pair = st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda two: two[0] != two[1])
scored = st.builds(lambda two, score: (*two, score), pair, st.floats(0, 1))


def test_who_is_brought_together_by_a_third_is_one_with_the_score_that_did_it() -> None:
    assert list(grouped([(2, 1, 0.9), (2, 3, 0.6)], [], least=0.5)) == [(1, 2, 0.9), (1, 3, 0.6), (2, 3, 0.6)]


def test_two_that_were_compared_and_are_not_one_are_not_brought_together_by_a_third() -> None:
    pairs = [(1, 2, 0.9), (2, 3, 0.6), (1, 3, 0.001), (3, 4, 0.001), (2, 4, 0.2)]
    assert list(grouped(pairs, [], least=0.5)) == [(1, 2, 0.9), (1, 3, 0.6), (2, 3, 0.6)]
    assert list(grouped([*pairs, (1, 5, 0.95), (3, 5, 0.001)], [], least=0.5)) == [
        (1, 2, 0.9), (1, 5, 0.95), (2, 5, 0.9)
    ]  # fmt: skip


def test_records_of_one_customer_stay_together_whatever_was_compared() -> None:
    assert list(grouped([(1, 2, 0.0), (2, 3, 0.8)], [(1, 2)], least=0.5)) == [(1, 2, 1.0), (1, 3, 0.8), (2, 3, 0.8)]


def test_what_holds_too_many_together_is_no_evidence() -> None:
    chain = [(number, number + 1, 0.9) for number in range(1, 3 * LARGEST)]
    found = list(grouped(chain, [], least=0.5))
    largest = max(sum(number in {left, right} for left, right, _score in found) for number in range(1, 150))
    assert largest == LARGEST - 1


@given(st.lists(scored), st.lists(pair, max_size=3), st.floats(0.01, 1))
def test_groups_are_whole_and_each_pair_is_there_once(
    pairs: list[tuple[int, int, float]], one: list[tuple[int, int]], least: float
) -> None:
    found = {(left, right): score for left, right, score in grouped(pairs, one, least=least)}
    assert all(left < right and least <= score <= 1 for (left, right), score in found.items())
    assert all(found[min(two), max(two)] == 1 for two in one)
    neighbours: dict[int, set[int]] = {}
    for left, right in found:
        neighbours.setdefault(left, {left}).add(right)
        neighbours.setdefault(right, {right}).add(left)
    assert all(neighbours[left] == neighbours[right] for left, right in found)
    assert list(grouped(reversed(pairs), reversed(one), least=least)) == [
        (left, right, score) for (left, right), score in sorted(found.items())
    ] or len({(min(a, b), max(a, b)) for a, b, _ in pairs}) < len(pairs)


def test_pairs_of_customers_with_several_records() -> None:
    assert list(pairs_of(by_customer([(1, 7), (2, 8), (3, 7), (4, 7)]))) == [(1, 3), (1, 4), (3, 4)]
