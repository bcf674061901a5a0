"""Runs that find this and that, and decisions in between: twice is once, what was decided stays."""

from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.identity.matching.weighing import Weighed
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.reviewing import deciding, runs, storing
from customers.identity.reviewing.apart import Apart, apart_from, said_of
from customers.models import Customer, Match, Merge
from tests.conftest import NOON
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory, MatchFactory

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


def group_of(person: int) -> set[int]:
    """Who has become one with somebody who is there, by way of whomever; told from the merges alone."""
    merges = Merge.objects.filter(Merge.ACTIVE, survivor_id=person).values_list("absorbed_id", flat=True)
    return {person, *(one for absorbed in merges for one in group_of(absorbed))}


@SOME
@given(seed=st.integers(0, 2**32), steps=st.integers(3, 12))
def test_not_the_same_holds_for_whoever_has_become_one_with_either(seed: int, steps: int) -> None:
    """Through merges by whomever and undos in any order; a look proposes none of those, and all others."""
    random, by = Random(seed), UserFactory.create()
    with transaction.atomic():
        people = [customer.pk for customer in CustomerFactory.create_batch(CUSTOMERS)]
        for _step in range(steps):
            left = list(Customer.objects.filter(pk__in=people).order_by("pk").values_list("pk", flat=True))
            active = list(Merge.objects.filter(Merge.ACTIVE))
            if active and (len(left) < 2 or random.random() < 0.35):
                undo_merge(merge=random.choice(active), by=None, now=NOON)
            elif random.random() < 0.5:
                two = Customer.objects.in_bulk(random.sample(left, 2))
                survivor, absorbed = two.values()
                merge_customers(survivor=survivor, absorbed=absorbed, by=None, now=NOON)
            else:
                one, other = sorted(random.sample(left, 2))
                match = Match.objects.filter(left_id=one, right_id=other).first() or MatchFactory.create(
                    left=Customer.objects.get(pk=one), right=Customer.objects.get(pk=other)
                )
                if match.state in Match.OPEN:
                    deciding.say_different(pk=match.pk, by=by, now=NOON)
            _check(people)
        look(dict.fromkeys(PAIRS, 0.9), people)
        there = set(Customer.objects.filter(pk__in=people).values_list("pk", flat=True))
        proposed = Match.objects.filter(state="proposed", left_id__in=there, right_id__in=there)
        expected = {two for two in combinations(sorted(there), 2) if not _is_apart(*two)}
        assert set(proposed.values_list("left_id", "right_id")) == expected
        transaction.set_rollback(True)


def _is_apart(one: int, other: int) -> bool:
    across = {tuple(sorted((left, right))) for left in group_of(one) for right in group_of(other)}
    return not across.isdisjoint(Match.objects.filter(state="different").values_list("left_id", "right_id"))


def _check(people: list[int]) -> None:
    """What pages, rules and looks go by is what was said; nothing contradicts it that is proposed."""
    there = sorted(Customer.objects.filter(pk__in=people).values_list("pk", flat=True))
    said = Apart.said()
    for one, other in combinations(there, 2):
        is_apart = _is_apart(one, other)
        assert said.holds(one, other) == is_apart
        assert (said_of(one, other) is not None) == is_apart
        assert (other in apart_from(one)) == is_apart
        if is_apart:
            assert not Match.objects.filter(left_id=one, right_id=other, state__in=Match.OPEN).exists()
