from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from customers.identity.contacts import add_contact
from customers.identity.people import alike, find_contact, people, removed_people
from customers.models import Customer
from tests.conftest import NOON, UserFor
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


def test_those_there_and_the_systems_that_speak_of_them(customer: Customer) -> None:
    known = ContactFactory.create(customer=customer, name="Known")
    ContactFactory.create(customer=customer, name="Unknown")
    ContactFactory.create(customer=customer, name="Gone", removed_at=NOON)
    ContactFactory.create(name="Elsewhere")
    for name, rank in (("Shop", 2), ("ERP", 1)):
        system = SourceSystemFactory.create(key=name.lower(), name=name, rank=rank)
        SourceRecordFactory.create(system=system, kind="contacts", customer=customer, object_id=known.pk)
    found = people(customer).order_by("name")
    assert list(found.values_list("name", "sources")) == [("Known", ["ERP", "Shop"]), ("Unknown", [])]


def test_those_removed_of_late(customer: Customer) -> None:
    for days in (31, 30, 1):
        ContactFactory.create(customer=customer, name=str(days), removed_at=NOON - timedelta(days=days))
    assert [contact.name for contact in removed_people(customer, now=NOON)] == ["1", "30"]


def test_somebody_is_found_by_those_who_may_see_the_customer(customer: Customer, user_for: UserFor) -> None:
    here, gone = ContactFactory.create(customer=customer), ContactFactory.create(customer=customer, removed_at=NOON)
    sales = user_for("sales")
    assert find_contact(pk=here.pk, user=sales) == here
    assert find_contact(pk=gone.pk, user=sales) is None
    assert find_contact(pk=gone.pk, user=sales, removed=True) == gone
    assert find_contact(pk=here.pk, user=AnonymousUser()) is None


def test_who_is_reached_by_the_same(customer: Customer, user_for: UserFor) -> None:
    sales, values = user_for("sales"), {"phone": "030 123456", "email": "Eva@Acme.example"}
    eva = add_contact(customer=customer, fields={"name": "Eva", **values})
    ContactPointFactory.create(customer=customer, kind="phone", raw="+4930123456", normalised="4930123456")
    asked = {"customer": customer, "reader": sales}
    assert alike(**asked, contact=eva, **values) == []
    assert [point.contact for point in alike(**asked, contact=None, **values)] == [eva]
    other = ContactPointFactory.create(kind="email", raw="eva@acme.example")
    assert [point.customer for point in alike(**asked, contact=eva, **values)] == [other.customer]
    assert alike(customer=customer, reader=AnonymousUser(), contact=eva, **values) == []
    assert alike(**asked, contact=None, phone="none", email="none") == []
