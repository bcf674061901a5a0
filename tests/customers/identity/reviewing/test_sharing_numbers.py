from typing import Any

import pytest

from crm.common.versions import version
from customers.identity.contacts import add_contact, change_contact
from customers.identity.editing import change_customer, create_customer
from customers.identity.reviewing.sharing_numbers import MOST, TYPED
from customers.identity.survivorship import FIELDS
from customers.models import Customer, Match
from customers.page.duplicates.tables import probability
from tests.factories.customers import ContactPointFactory, CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NUMBER = "030 123456"


def typed(name: str, **fields: Any) -> Customer:
    return create_customer(fields={"name": name, "kind": "organization", **fields})


def change(customer: Customer, **fields: str) -> None:
    customer.refresh_from_db()
    change_customer(customer=customer, fields=fields, seen=version(customer, FIELDS))


def proposed() -> set[tuple[int, int]]:
    return set(Match.objects.filter(state="proposed").values_list("left_id", "right_id"))


def test_a_number_that_somebody_types_and_another_has_proposes_the_two() -> None:
    first, second = typed("Acme", phone=NUMBER), typed("Other Ltd", phone="+49 30 123456")
    match = Match.objects.get()
    assert (match.left_id, match.right_id, match.score, match.run) == (first.pk, second.pk, TYPED, None)
    assert (match.kind, match.evidence[0]["key"], match.evidence[0]["left"]) == ("organization", "phone", "+4930123456")
    assert probability(match) == "they share a number"


def test_of_two_kinds_or_with_another_number_nothing_is_proposed() -> None:
    typed("Acme", phone=NUMBER)
    typed("Ada", kind="person", phone=NUMBER)
    typed("Other Ltd", phone="030 999999")
    typed("None Ltd")
    assert proposed() == set()


def test_a_number_of_somebody_there_counts_as_the_customers() -> None:
    acme, other = typed("Acme"), typed("Other Ltd", phone=NUMBER)
    eva = add_contact(customer=acme, fields={"name": "Eva", "phone": NUMBER})
    assert proposed() == {(acme.pk, other.pk)}
    change_contact(contact=eva, fields={"phone": "030 999999"}, is_primary=False)
    assert proposed() == set()
    change_contact(contact=eva, fields={"phone": NUMBER}, is_primary=False)
    assert proposed() == {(acme.pk, other.pk)}


def test_a_number_taken_away_withdraws_what_it_proposed() -> None:
    acme, other = typed("Acme", phone=NUMBER), typed("Other Ltd")
    change(other, phone=NUMBER)
    assert proposed() == {(acme.pk, other.pk)}
    change(other, phone="")
    assert proposed() == set()


def test_who_is_not_the_same_is_not_proposed_again() -> None:
    acme, other = typed("Acme", phone=NUMBER), typed("Other Ltd", phone=NUMBER)
    Match.objects.update(state="different")
    change(other, phone="")
    change(other, phone=NUMBER)
    assert list(Match.objects.values_list("left_id", "right_id", "state")) == [(acme.pk, other.pk, "different")]


def test_a_switchboards_number_says_nothing() -> None:
    for customer in CustomerFactory.create_batch(MOST + 1):
        ContactPointFactory.create(customer=customer, kind="phone", raw="+4930123456")
    typed("Acme", phone=NUMBER)
    assert proposed() == set()
