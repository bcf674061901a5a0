from datetime import timedelta

import pytest

from customers.identity.following_customers import follow, unfollow
from customers.identity.holding import CustomerGone
from customers.models import Customer, Follow
from tests.conftest import NOON
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import FollowFactory

pytestmark = pytest.mark.django_db


def test_followed_twice_is_followed_once_from_the_first_on() -> None:
    customer, user, other = CustomerFactory.create(), UserFactory.create(), FollowFactory.create()
    for hours in (0, 1):
        follow(customer=customer, user=user, now=NOON + timedelta(hours=hours))
    mine = Follow.objects.get(user=user)
    assert (mine.customer, mine.since, mine.told_until) == (customer, NOON, NOON)
    for _time in range(2):
        unfollow(customer=customer, user=user)
    assert Follow.objects.get() == other


def test_nobody_follows_who_is_no_more() -> None:
    customer = CustomerFactory.create()
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(CustomerGone):
        follow(customer=customer, user=UserFactory.create(), now=NOON)
