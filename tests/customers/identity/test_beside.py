from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from customers.identity.beside import PEOPLE_BESIDE, with_beside
from customers.models import Customer
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notes import CustomerTagFactory, FollowFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def beside(customer: Customer, reader: User | AnonymousUser) -> Any:
    return with_beside(Customer.objects.filter(pk=customer.pk), reader).get()


def test_all_of_it_comes_with_the_customer(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    owner, team = UserFactory.create(name="Ann"), TeamFactory.create(name="North")
    customer = CustomerFactory.create(owner=owner, team=team)
    tagged = CustomerTagFactory.create(customer=customer, tag__name="VIP", tag__colour="red")
    eva = ContactFactory.create(customer=customer, name="Eva", job_title="CEO", phone="030 1", email="e@x.example")
    FollowFactory.create(customer=customer, user=owner)
    with django_assert_num_queries(1):
        found = beside(customer, owner)
        assert (found.owner.name, found.team.name) == ("Ann", "North")
        assert found.tag_list == [{"id": tagged.tag_id, "name": "VIP", "colour": "red"}]
        assert found.people_list == [{
            "id": eva.pk, "name": "Eva", "job_title": "CEO", "phone": "030 1", "email": "e@x.example",
            "is_primary": False,
        }]  # fmt: skip
        assert found.is_followed is True


def test_where_there_is_nothing_there_is_nothing() -> None:
    """What others have is theirs."""
    other, reader = CustomerFactory.create(), UserFactory.create()
    CustomerTagFactory.create(customer=other)
    ContactFactory.create(customer=other)
    FollowFactory.create(customer=other, user=reader)
    found = beside(CustomerFactory.create(), reader)
    assert (found.owner, found.team, found.tag_list, found.people_list, found.is_followed) == (
        None,
        None,
        [],
        [],
        False,
    )


def test_tags_are_in_the_order_of_their_names_however_they_are_written() -> None:
    customer = CustomerFactory.create()
    for name in ("gamma", "Beta", "alpha"):
        CustomerTagFactory.create(customer=customer, tag__name=name)
    found = beside(customer, UserFactory.create())
    assert [tag["name"] for tag in found.tag_list] == ["alpha", "Beta", "gamma"]


def test_of_the_people_the_first_to_ask_for_comes_first_then_by_name_and_one_more_than_is_shown() -> None:
    customer = CustomerFactory.create()
    for name in ("émile", "Frank", "bob", "Ada", "Carl", "dora"):
        ContactFactory.create(customer=customer, name=name, is_primary=name == "Frank")
    first, second = (ContactFactory.create(customer=customer, name="ada").pk for _ in range(2))
    found = beside(customer, UserFactory.create())
    assert [one["name"] for one in found.people_list] == ["Frank", "Ada", "ada", "ada", "bob"]
    assert [one["id"] for one in found.people_list[2:4]] == [first, second]
    assert len(found.people_list) == PEOPLE_BESIDE + 1


def test_following_is_the_reader_s_own() -> None:
    customer = CustomerFactory.create()
    FollowFactory.create(customer=customer)
    assert beside(customer, UserFactory.create()).is_followed is False
    assert beside(customer, AnonymousUser()).is_followed is False
