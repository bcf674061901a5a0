import pytest
from django.db import connection

from customers.identity.merging.absorbing import AlreadyAbsorbed, OfTwoKinds, SameCustomer, merge_customers
from customers.identity.merging.undoing import AlreadyUndone, undo_merge
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Customer, Merge
from tests.conftest import NOON
from tests.customers.identity.merging.world import differing, everything, rich

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def merged(survivor: Customer, absorbed: Customer) -> Merge:
    return merge_customers(survivor=survivor, absorbed=absorbed, by=None, now=NOON)


def both() -> tuple[Customer, Customer]:
    found = rich("Ada"), rich("Bob")
    with connection.cursor() as cursor:
        refresh_last_contact(cursor, [one.pk for one in found])
    return found


def test_the_survivor_has_all_and_the_absorbed_is_gone() -> None:
    ada, bob = both()
    merge = merged(ada, bob)
    assert merge.moved == {
        "attachments": 1, "contact_points": 2, "contacts": 1, "followers": 1, "interactions": 3, "invoices": 1,
        "notes": 1, "orders": 1, "source_records": 1, "survey_answers": 1, "tags": 1, "tasks": 1,
    }  # fmt: skip
    assert list(Customer.objects.filter(pk__in=[ada.pk, bob.pk])) == [ada]
    assert [ada.orders.count(), ada.interactions.count(), ada.tagged.count(), ada.contacts.count()] == [2, 6, 2, 2]


def test_undone_it_is_as_it_was() -> None:
    ada, bob = both()
    before = everything()
    merge = merged(ada, bob)
    returned = undo_merge(merge=merge, by=None, now=NOON)
    assert differing(before, everything()) == {}
    assert returned == merge.moved


def test_who_cannot_become_one() -> None:
    ada, bob = both()
    with pytest.raises(SameCustomer, match="with itself"):
        merged(ada, ada)
    with pytest.raises(OfTwoKinds):
        merged(ada, rich("Eva", kind="person"))
    merge = merged(ada, bob)
    with pytest.raises(AlreadyAbsorbed, match=rf"{bob.pk} has become one with Ada \({ada.pk}\)"):
        merged(rich("Eve"), bob)
    undo_merge(merge=merge, by=None, now=NOON)
    with pytest.raises(AlreadyUndone):
        undo_merge(merge=merge, by=None, now=NOON)
