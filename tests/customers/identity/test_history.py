from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from crm.common.audit.acting import acting
from customers.identity.contacts import add_contact, change_contact, make_primary, remove_contact, restore_contact
from customers.identity.tagging import add_tag, delete_tag, remove_tag
from customers.models import Contact, Customer, Tier
from tests.conftest import NOON, UserFor
from tests.customers.histories import said, told
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


def change(customer: Customer, **fields: object) -> None:
    Customer.objects.filter(pk=customer.pk).update(**fields)


def test_each_change_stands_between_the_one_before_and_the_one_after(user_for: UserFor) -> None:
    customer, other = CustomerFactory.create(name="First"), CustomerFactory.create()
    change(customer, name="Second", kind="person")
    with acting(user=user_for("sales").pk):
        change(customer, birth_date="1990-01-02")
        change(other, name="Another")
    assert said(customer, "customer") == [
        ("Sales", [("date of birth", "", "1990-01-02")]),
        ("", [("name", "First", "Second"), ("kind", "organization", "person")]),
        ("", "Created"),
    ]


def test_what_no_source_says_of_it_is_no_change() -> None:
    customer = CustomerFactory.create()
    change(customer, tier=Tier.objects.get(key="gold"), last_contact_at=NOON, provenance={"name": 1})
    change(customer, city=customer.city)
    assert said(customer, "customer") == [("", "Created")]


def test_fields_are_called_as_the_reader_calls_them() -> None:
    customer = CustomerFactory.create(city="Rome")
    change(customer, city="")
    with translation.override("zh-hans"):
        assert said(customer, "customer") == [("", [("城市", "Rome", "")]), ("", "新建")]


def test_countries_and_languages_are_called_by_name_and_what_is_no_code_as_it_stands() -> None:
    customer = CustomerFactory.create(country="DE", language="de")
    change(customer, country="FR", language="Platt")
    change(customer, country="")
    assert [what for _who, what in said(customer, "customer")] == [
        [("country", "France", "")], [("country", "Germany", "France"), ("language", "German", "Platt")], "Created",
    ]  # fmt: skip


def test_whose_a_customer_was_is_told_by_name() -> None:
    customer, team = CustomerFactory.create(), TeamFactory.create(name="North")
    for name in ("Ada", "Bea", "Cleo"):
        change(customer, owner=UserFactory.create(name=name), team=team)
    assert [what for _who, what in said(customer, "customer")] == [
        [("owner", "Bea", "Cleo")], [("owner", "Ada", "Bea")], [("owner", "", "Ada"), ("team", "", "North")], "Created",
    ]  # fmt: skip


def test_of_its_people_it_tells_who_came_changed_and_went(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    with acting(user=user_for("sales").pk):
        ann = add_contact(customer=customer, fields={"name": "Ann", "phone": "030 1"})
        change_contact(contact=ann, fields={"phone": "030 2"}, is_primary=False)
        make_primary(contact=ann)
        remove_contact(contact=ann, now=NOON)
        restore_contact(contact=ann)
        Contact.objects.filter(pk=ann.pk).update(customer=CustomerFactory.create())
    ContactFactory.create()
    assert said(customer, "people") == [
        ("Sales", "Person given to another customer: Ann"),
        ("Sales", "Person put back: Ann"),
        ("Sales", "Person removed: Ann"),
        ("Sales", [("Ann, first to ask for", "no", "yes")]),
        ("Sales", [("Ann, phone", "030 1", "030 2")]),
        ("Sales", "Person added: Ann"),
    ]


def test_who_was_removed_lately_leads_to_where_they_can_be_put_back(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    ann = add_contact(customer=customer, fields={"name": "Ann"})
    remove_contact(contact=ann, now=timezone.now())

    def urls() -> list[str]:
        return [one.undo_url for one in told(customer, "people", user_for("sales"))]

    assert urls() == [f"/customers/{customer.pk}/people/#removed", ""]
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        assert urls() == ["", ""]
    restore_contact(contact=ann)
    assert urls() == ["", "", ""]


def test_tags_are_told_by_name_also_when_they_are_no_more(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    add_tag(customer=CustomerFactory.create(), name="other", may_make=True)
    with acting(user=user_for("sales").pk):
        key = add_tag(customer=customer, name="key account", may_make=True)
        fair = add_tag(customer=customer, name="fair", may_make=True)
        remove_tag(customer=customer, tag=key)
        delete_tag(tag=fair)
    assert said(customer, "tags") == [
        ("Sales", "Tag taken off: fair"),
        ("Sales", "Tag taken off: key account"),
        ("Sales", "Tag put on: fair"),
        ("Sales", "Tag put on: key account"),
    ]


def test_what_a_file_changed_of_a_person_names_the_import() -> None:
    customer = CustomerFactory.create()
    ann = ContactFactory.create(customer=customer, name="Ann", job_title="")
    with acting(batch=7):
        Contact.objects.filter(pk=ann.pk).update(job_title="Buyer")
    found: list[Any] = told(customer, "people")
    assert (found[0].batch, found[0].who, found[0].fields) == (7, "import 7", [("Ann, job title", "", "Buyer")])
