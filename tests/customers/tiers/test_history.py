from datetime import UTC, date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Tier
from customers.tiers.history import tier_changes
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db


def test_the_newest_tier_comes_first_with_who_decided(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    customer, ann = CustomerFactory.create(), UserFactory.create(name="Ann")
    bronze, gold = Tier.objects.get(key="bronze"), Tier.objects.get(key="gold")
    for tier, days, by in (
        (bronze, (None, date(2026, 1, 1)), None),
        (bronze, (date(2026, 1, 1), date(2026, 2, 1)), None),
        (gold, (date(2026, 2, 1), date(2026, 3, 1)), ann),
        (gold, (date(2026, 3, 1), None), None),
    ):
        TierAssignmentFactory.create(customer=customer, tier=tier, valid=days, by=by)
    TierAssignmentFactory.create(tier=gold, valid=(date(2026, 3, 1), None))
    with django_assert_num_queries(1):
        found = tier_changes(customer)
    assert [(change.at, change.who, change.what) for change in found] == [
        (datetime(2026, 3, 1, tzinfo=UTC), "by the policy", "Stayed Gold"),
        (datetime(2026, 2, 1, tzinfo=UTC), "Ann", "Became Gold, was Bronze"),
        (datetime(2026, 1, 1, tzinfo=UTC), "by the policy", "Became Bronze"),
    ]


def test_without_a_tier_there_is_nothing_to_tell() -> None:
    assert tier_changes(CustomerFactory.create()) == []
