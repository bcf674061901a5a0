import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from customers.identity.access import get_customer
from customers.models import Tier
from tests.conftest import UserFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def asked_by(user: User | AnonymousUser, rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.user = user
    return request


@pytest.mark.parametrize("role", ["sales", "service", "manager", "administrator"])
def test_staff_get_the_customer_in_one_query(
    role: str, user_for: UserFor, rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    gold = Tier.objects.get(key="gold")
    customer, user = CustomerFactory.create(tier=gold), user_for(role)
    CustomerFactory.create()
    assert user.has_perm("customers.view_customer")
    with django_assert_num_queries(1):
        found = get_customer(asked_by(user, rf), customer.pk)
        assert (found, found.tier) == (customer, gold)


def test_to_others_it_is_not_there_and_to_nobody_is_what_is_not(user_for: UserFor, rf: RequestFactory) -> None:
    pk = CustomerFactory.create().pk
    for user, asked in ((AnonymousUser(), pk), (UserFactory.create(), pk), (user_for("administrator"), pk + 1)):
        with pytest.raises(Http404):
            get_customer(asked_by(user, rf), asked)
