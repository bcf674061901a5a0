from datetime import date

import pytest
from django.utils import translation

from customers.models import Tier
from tests.conftest import UserFor
from tests.customers.timelines import told
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db
JANUARY, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


def test_each_change_of_tier_says_what_was_before_and_who_made_it(user_for: UserFor) -> None:
    customer, reader = CustomerFactory.create(), user_for("service")
    bronze, gold = Tier.objects.get(key="bronze"), Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=customer, tier=bronze, valid=(JANUARY, MARCH))
    grace = UserFactory.create(name="Grace")
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(MARCH, MAY), reason="override", by=grace)
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(MAY, None))
    found = told(customer, reader, kind="tier")
    assert [(entry.title, entry.notes, entry.at.date()) for entry in found] == [
        ("Stayed Gold", ("by the policy",), MAY),
        ("Became Gold, was Bronze", ("set by Grace",), MARCH),
        ("Became Bronze", ("by the policy",), JANUARY),
    ]
    assert {(entry.icon, entry.colour) for entry in found[:2]} == {("medal", gold.colour)}
    with translation.override("zh-hans"):
        assert told(customer, reader)[1].title == "由青铜变为黄金"


def test_a_tier_from_ever_on_is_no_change(user_for: UserFor) -> None:
    tier = Tier.objects.get(key="bronze")
    customer = TierAssignmentFactory.create(tier=tier, valid=(None, None)).customer
    assert told(customer, user_for("sales")) == []
