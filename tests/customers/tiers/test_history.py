from datetime import date

import pytest
from django.utils import timezone

from customers.models import Tier
from tests.customers.histories import told
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db


def test_the_newest_tier_comes_first_with_who_decided() -> None:
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
    assert [(timezone.localdate(one.at), one.is_day, one.who, one.what) for one in told(customer, "tiers")] == [
        (date(2026, 3, 1), True, "by the policy", "Stayed Gold"),
        (date(2026, 2, 1), True, "Ann", "Became Gold, was Bronze"),
        (date(2026, 1, 1), True, "by the policy", "Stayed Bronze"),
    ]


def test_without_a_tier_there_is_nothing_to_tell() -> None:
    assert told(CustomerFactory.create(), "tiers") == []
