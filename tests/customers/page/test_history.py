from datetime import UTC, date, datetime
from typing import Any

import pgtrigger
import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from crm.common.audit.acting import acting
from customers.interactions.recording import log_interaction, undo_interaction
from customers.models import Customer, Tier
from customers.page.history import history
from tests.conftest import ClientFor, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.importing import ImportBatchFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db


def shown(customer: Customer) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [(change.who, change.what, change.fields) for change in history(customer, AnonymousUser())]


def test_it_tells_who_made_changed_and_spoke_with_the_customer(user_for: UserFor) -> None:
    ann = user_for("service")
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with acting(user=ann.pk):
        customer = CustomerFactory.create(city="Rome")
        said: dict[str, Any] = {"direction": "in", "by": ann, "now": now}
        contact = log_interaction(customer=customer, channel="phone", purpose="complaint", **said)
        Customer.objects.filter(pk=customer.pk).update(city="Milan")
        with time_machine.travel(now, tick=False):
            contact.created_at = now
            undo_interaction(interaction=contact, by=ann, now=now)
    customer.refresh_from_db()
    # What happens in one transaction has one moment: then changes come before contacts.
    assert sorted(shown(customer)) == [
        ("Service", "", [("city", "Rome", "Milan")]),
        ("Service", "Contact logged: phone, Complaint", []),
        ("Service", "Contact taken back: phone, Complaint", []),
        ("Service", "Created", []),
    ]


def test_contacts_of_others_are_not_among_them() -> None:
    customer = CustomerFactory.create()
    InteractionFactory.create()
    assert shown(customer) == [("", "Created", [])]


@pytest.mark.parametrize("contacts", [1, 3])
def test_the_number_of_queries_does_not_grow(
    contacts: int, user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with acting(user=user_for("service").pk):
        customer = CustomerFactory.create()
        for _ in range(contacts):
            InteractionFactory.create(customer=customer)
    with django_assert_num_queries(5):
        history(customer, AnonymousUser())


def test_where_nobody_was_named_the_page_says_so(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    page = client_for("sales").get(f"/customers/{customer.pk}/history/").content.decode()
    assert "not recorded" in page
    assert "Created" in page


def test_a_customer_known_before_anything_was_kept_has_an_empty_page(client_for: ClientFor) -> None:
    with pgtrigger.ignore("customers.Customer:insert_insert"):
        customer = CustomerFactory.create()
    page = client_for("sales").get(f"/customers/{customer.pk}/history/").content.decode()
    assert "Nothing has changed" in page


def test_tiers_stand_among_what_was_done(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    bronze, gold = Tier.objects.get(key="bronze"), Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=customer, tier=bronze, valid=(date(2026, 1, 1), date(2026, 2, 1)))
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(date(2026, 2, 1), None), reason="override")
    found = history(customer, AnonymousUser())
    assert [(change.who, change.what) for change in found] == [
        ("", "Created"), ("by a person", "Became Gold, was Bronze"), ("by the policy", "Became Bronze"),
    ]  # fmt: skip


def test_a_change_leads_to_the_import_that_made_it(client_for: ClientFor) -> None:
    batch = ImportBatchFactory.create(filename="kunden.csv")
    with acting(batch=batch.pk):
        customer = CustomerFactory.create()
    pages = {
        role: client_for(role).get(f"/customers/{customer.pk}/history/").content.decode()
        for role in ("manager", "sales")
    }
    assert ["kunden.csv" in page for page in pages.values()] == [True, True]
    assert [f"/imports/{batch.pk}/" in page for page in pages.values()] == [True, False]
