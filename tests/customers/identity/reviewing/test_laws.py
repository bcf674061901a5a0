"""Runs that find this and that, and decisions in between: twice is once, what was decided stays."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.identity.matching.weighing import Weighed
from customers.identity.reviewing import runs, storing
from customers.identity.reviewing.apart import Apart
from customers.models import Customer, Match
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
CUSTOMERS = 5
PAIRS = [(left, right) for left in range(CUSTOMERS) for right in range(left + 1, CUSTOMERS)]
SOME = settings(
    max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
FOUND = st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([0.5, 0.9, 0.995]))
DECIDED = st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(["later", "different"]))


def look(found: dict[tuple[int, int], float], people: list[int]) -> tuple[int, int]:
    """As a run stores it; records are numbered as customers are, the right one first."""
    storing.begin()
    owners = dict(enumerate(people))
    pairs = [Weighed(right, left, score, []) for (left, right), score in found.items()]
    storing.keep(Customer.Kind.ORGANIZATION, pairs, owners)
    return storing.propose(runs.begin(how="command"), least=0.5, apart=Apart.said())


def stored(people: list[int]) -> dict[tuple[int, int], tuple[str, float]]:
    places = {pk: place for place, pk in enumerate(people)}
    rows: Any = Match.objects.values_list("left_id", "right_id", "state", "score")
    return {(places[left], places[right]): (state, score) for left, right, state, score in rows}


@SOME
@given(first=FOUND, decided=DECIDED, second=FOUND)
def test_proposals_are_what_the_last_run_found_but_for_what_was_decided(
    first: dict[tuple[int, int], float], decided: dict[tuple[int, int], str], second: dict[tuple[int, int], float]
) -> None:
    Match.objects.all().delete()
    people = [customer.pk for customer in CustomerFactory.create_batch(CUSTOMERS)]
    assert look(first, people) == (len(first), 0)
    for (left, right), state in decided.items():
        Match.objects.filter(left_id=people[left], right_id=people[right]).update(state=state)
    said = {two: state for two, state in decided.items() if two in first}
    different = {two: ("different", first[two]) for two, state in said.items() if state == "different"}
    look(second, people)
    proposed = {two: (said.get(two, "proposed"), score) for two, score in second.items() if two not in different}
    assert stored(people) == different | proposed
    assert look(second, people) == (0, 0)
    assert stored(people) == different | proposed


def test_who_is_gone_meanwhile_is_not_proposed() -> None:
    people = [customer.pk for customer in CustomerFactory.create_batch(2)]
    Customer.objects.filter(pk=people[0]).delete()
    assert look({(0, 1): 0.9}, people) == (0, 0)
    assert not Match.objects.exists()
