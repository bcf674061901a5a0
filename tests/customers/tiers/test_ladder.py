from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access import OPERATOR
from customers.models import Tier, TierPolicy
from customers.tiers.ladder import Tiers, tiers
from customers.tiers.tiering import InvalidPolicy, Rule
from tests.conftest import NOON
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def steps(ladder: Tiers) -> list[tuple[str, int, float]]:
    return [(row.tier.key, row.customers, row.share) for row in ladder.rows]


def publish(rules: list[dict[str, Any]], *, version: int = 9, published: bool = True) -> TierPolicy:
    at = NOON if published else None
    return TierPolicy.objects.create(version=version, measure="profit", window_months=12, rules=rules, published_at=at)


def test_without_customers_every_tier_stands_empty() -> None:
    ladder = tiers(OPERATOR)
    assert steps(ladder) == [(key, 0, 0) for key in ("platinum", "gold", "silver", "bronze")]
    assert (ladder.total, ladder.without) == (0, 0)


def test_counts_and_shares_are_of_all_customers_those_without_a_tier_too() -> None:
    gold, bronze = Tier.objects.get(key="gold"), Tier.objects.get(key="bronze")
    for tier in (gold, bronze, bronze, None, None, None, None, None):
        CustomerFactory.create(tier=tier)
    ladder = tiers(OPERATOR)
    assert steps(ladder) == [("platinum", 0, 0.0), ("gold", 1, 0.125), ("silver", 0, 0.0), ("bronze", 2, 0.25)]
    assert (ladder.total, ladder.without) == (8, 5)


def test_who_may_see_no_customer_gets_the_tiers_alone() -> None:
    CustomerFactory.create(tier=Tier.objects.get(key="gold"))
    CustomerFactory.create()
    ladder = tiers(AnonymousUser())
    assert [(row.customers, row.share) for row in ladder.rows] == [(0, 0)] * 4
    assert (ladder.total, ladder.without) == (0, 0)


def test_a_tier_stands_where_its_rank_puts_it() -> None:
    Tier.objects.create(key="diamond", name="Diamond", rank=0)
    assert [row.tier.key for row in tiers(OPERATOR).rows] == ["diamond", "platinum", "gold", "silver", "bronze"]


def test_the_rules_are_those_of_the_newest_published_version() -> None:
    publish([{"tier": "bronze"}], version=7)
    newest = publish([{"tier": "silver", "min_value": ""}], version=8)
    publish([{"tier": "gold"}], version=9, published=False)
    ladder = tiers(OPERATOR)
    assert ladder.policy == newest
    assert ladder.rules == [Rule(tier=Tier.objects.get(key="silver"), min_value=None, min_on_time=None)]


def test_before_any_policy_there_are_no_rules() -> None:
    TierPolicy.objects.update(published_at=None)
    ladder = tiers(OPERATOR)
    assert (ladder.policy, ladder.rules, len(ladder.rows)) == (None, [], 4)


def test_a_policy_of_a_tier_that_has_gone_says_so() -> None:
    publish([{"tier": "gone"}])
    with pytest.raises(InvalidPolicy, match="names the unknown tier “gone”"):
        tiers(OPERATOR)


@pytest.mark.parametrize("customers", [0, 1, 3])
def test_three_queries_however_many_there_are(customers: int, django_assert_num_queries: object) -> None:
    CustomerFactory.create_batch(customers)
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert tiers(OPERATOR).total == customers
