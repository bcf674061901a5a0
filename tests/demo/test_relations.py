from decimal import Decimal

import pytest

from customers.models import GroupMember, Relation
from demo import sign_ins
from demo.relations import say_who_belongs_together
from tests.conftest import NOON
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import CustomerFiguresFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_the_largest_companies_make_groups_and_neighbours_households() -> None:
    UserFactory.create(email=sign_ins.USERS["sales"])
    firms = [CustomerFactory.create() for _firm in range(8)]
    for place, firm in enumerate(firms):
        CustomerFiguresFactory.create(customer=firm, revenue=Decimal(100 - place), as_of=NOON.date())
    names = (("Ada Lund", "Main Street 1"), ("A. Lund", "Main Street 1"), ("Bob Reid", "Main Street 3"))
    ada, twin, bob = (
        CustomerFactory.create(kind="person", name=name, address=address, city="Bonn") for name, address in names
    )
    say_who_belongs_together(now=NOON)
    parents = GroupMember.objects.filter(kind="parent")
    assert dict(parents.values_list("customer_id", "parent_id")) == {
        firms[0].pk: None, firms[1].pk: firms[0].pk, firms[2].pk: firms[0].pk, firms[3].pk: firms[1].pk,
        firms[4].pk: None, firms[5].pk: firms[4].pk, firms[6].pk: firms[4].pk,
    }  # fmt: skip
    assert set(GroupMember.objects.filter(kind="household").values_list("customer_id", flat=True)) == {twin.pk, bob.pk}
    assert set(GroupMember.objects.filter(kind="buyer").values_list("customer_id", flat=True)) == {twin.pk, firms[7].pk}
    say_who_belongs_together(now=NOON)
    assert Relation.objects.count() == 7
    assert not GroupMember.objects.filter(customer_id=ada.pk).exists()


def test_of_few_customers_it_says_what_it_can() -> None:
    UserFactory.create(email=sign_ins.USERS["sales"])
    CustomerFactory.create(kind="person", address="Main Street 1")
    say_who_belongs_together(now=NOON)
    assert not Relation.objects.exists()
