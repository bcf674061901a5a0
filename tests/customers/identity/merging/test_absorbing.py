from datetime import timedelta

import pytest
from django.db import connection

from crm.common.audit.acting import acting
from customers.identity.merging.absorbing import AlreadyAbsorbed, OfTwoKinds, SameCustomer, merge_customers
from customers.identity.merging.undoing import AlreadyUndone, undo_merge
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Customer, Merge, Tier
from customers.tiers.following import follow
from tests.conftest import NOON, UserFor
from tests.customers.histories import said
from tests.customers.identity.merging.world import differing, everything, rich
from tests.factories.accounts import UserFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import FollowFactory

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
        "notes": 1, "orders": 1, "repairs": 1, "source_records": 1, "survey_answers": 1, "tags": 1, "tasks": 1,
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


def test_the_history_says_who(user_for: UserFor) -> None:
    ada, bob = both()
    with acting(user=user_for("manager").pk):
        merge = merged(ada, bob)
    with acting(command="unmerge 1", account="ann"):
        undo_merge(merge=merge, by=None, now=NOON)
    assert said(ada, "merges") == [
        ("unmerge 1 on the command line (ann)", f"No longer merged with: Bob ({bob.pk})"),
        ("Manager", f"Merged with: Bob ({bob.pk})"),
    ]
    assert [what for _who, what in said(bob, "customer")][:2] == ["There again", "Became one with another customer"]


def test_undone_later_the_facts_are_in_their_tiers_since_the_day_of_the_merge() -> None:
    ada, bob = both()
    silver = Tier.objects.get(key="silver")
    bob.tier_assignments.update(tier=silver)
    contact = InteractionFactory.create(customer=bob, occurred_at=NOON, tier=silver)
    merge = merged(ada, bob)
    follow()
    contact.refresh_from_db()
    assert (contact.customer, contact.tier) == (ada, Tier.objects.get(key="gold"))
    undo_merge(merge=merge, by=None, now=NOON + timedelta(days=9))
    follow()
    contact.refresh_from_db()
    assert (contact.customer, contact.tier) == (bob, silver)


def test_what_is_gone_meanwhile_does_not_come_back(user_for: UserFor) -> None:
    ada, bob = both()
    user, owner = UserFactory.create(), UserFactory.create()
    for customer in (ada, bob):
        FollowFactory.create(customer=customer, user=user)
    Customer.objects.filter(pk=bob.pk).update(owner=owner)
    merge = merged(ada, bob)
    user.delete()
    owner.delete()
    undo_merge(merge=merge, by=None, now=NOON)
    bob.refresh_from_db()
    assert (bob.owner, bob.followers.count()) == (None, 1)
