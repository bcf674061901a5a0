from datetime import timedelta

import pytest
from django.db import connection

from accounts.domain.notices import words_of
from accounts.models import Notice, User
from crm.common.versions import ChangedMeanwhile, version
from customers.identity.holding import CustomerGone
from customers.identity.owning import COMPARED, assign_owner, take_over
from customers.models import Customer
from tests.conftest import NOON
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return UserFactory.create(name="Bea Boss")


@pytest.fixture
def owner() -> User:
    return UserFactory.create(team=TeamFactory.create())


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create(name="Acme")


def test_the_owner_brings_their_team_and_is_told_once(customer: Customer, owner: User, boss: User) -> None:
    for hours in (0, 1):
        assign_owner(customer=customer, owner=owner, team=None, by=boss, now=NOON + timedelta(hours=hours))
    customer.refresh_from_db()
    assert (customer.owner, customer.team) == (owner, owner.team)
    notice = Notice.objects.get()
    assert (notice.user, notice.url, notice.customer_id) == (owner, f"/customers/{customer.pk}/", customer.pk)
    assert words_of(notice) == "Bea Boss has made Acme yours"


def test_another_team_may_look_after_them(customer: Customer, owner: User, boss: User) -> None:
    team = TeamFactory.create()
    assert assign_owner(customer=customer, owner=owner, team=team, by=owner, now=NOON).team == team
    assert not Notice.objects.exists()  # who takes a customer need not be told
    assign_owner(customer=customer, owner=None, team=team, by=boss, now=NOON)
    customer.refresh_from_db()
    assert (customer.owner, customer.team) == (None, team)
    assign_owner(customer=customer, owner=None, team=None, by=boss, now=NOON)
    customer.refresh_from_db()
    assert customer.team is None


def test_two_who_assign_one(customer: Customer, owner: User, boss: User) -> None:
    seen = version(customer, COMPARED)
    assign_owner(customer=customer, owner=owner, team=None, by=boss, now=NOON, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        assign_owner(customer=customer, owner=boss, team=None, by=boss, now=NOON, seen=seen)
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(CustomerGone):
        assign_owner(customer=customer, owner=boss, team=None, by=boss, now=NOON)


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [("ot", "", "ot"), ("ot", "o", "Ot"), ("ot", "t", "oT"), ("ot", "ot", "OT"), ("", "ot", "OT"), ("", "", "")],
)
def test_an_owner_and_a_team_come_along_where_there_is_none(old: str, new: str, after: str) -> None:
    """o and t: the giver's owner and team; O and T: the receiver's."""
    people, teams = UserFactory.create_batch(2), TeamFactory.create_batch(2)
    giver, receiver = (
        CustomerFactory.create(
            owner=people[n] if "o" in has else None, team=teams[n] if "t" in has else None
        )
        for n, has in enumerate((old, new))
    )  # fmt: skip
    with connection.cursor() as cursor:
        take_over(cursor, old=giver.pk, new=receiver.pk)
    receiver.refresh_from_db()
    owners, names = {None: "", people[0]: "o", people[1]: "O"}, {None: "", teams[0]: "t", teams[1]: "T"}
    assert owners[receiver.owner] + names[receiver.team] == after
