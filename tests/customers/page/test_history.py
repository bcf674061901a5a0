from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pgtrigger
import pytest
import time_machine
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from crm.common.audit.acting import acting
from crm.common.audit.changes import Change
from crm.common.table_html import as_html
from customers.identity.tables import HISTORY, Imports
from customers.interactions.recording import log_interaction, undo_interaction
from customers.models import Customer, Tier
from customers.page.history import history
from customers.registry.page import Reader
from tests.conftest import ClientFor, UserFor
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.importing import ImportBatchFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import AttachmentFactory, CustomerTagFactory, NoteFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = pytest.mark.django_db


def shown(customer: Customer, reader: Reader) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [(change.who, change.what, change.fields) for change in history(customer, reader).changes]


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
    # What happens in one transaction has one moment: then changes come before contacts.
    assert shown(customer, ann) == [
        ("Service", "", [("city", "Rome", "Milan")]),
        ("Service", "Created", []),
        ("Service", "Contact taken back: phone, Complaint", []),
        ("Service", "Contact logged: phone, Complaint", []),
    ]


def test_contacts_of_others_are_not_among_them(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    InteractionFactory.create()
    assert shown(customer, user_for("sales")) == [("", "Created", [])]


@pytest.mark.django_db(transaction=True)
def test_all_that_was_done_comes_page_by_page_none_twice_none_lost(
    user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Of every source, some of one moment."""
    reader, customer = user_for("manager"), CustomerFactory.create(name="0")
    for number in range(12):
        with transaction.atomic(), acting(user=reader.pk):
            Customer.objects.filter(pk=customer.pk).update(name=str(number + 1))
            InteractionFactory.create(customer=customer)
            ContactFactory.create(customer=customer)
            AttachmentFactory.create(customer=customer, note=NoteFactory.create(customer=customer))
            CustomerTagFactory.create(customer=customer)
    found, cursor = [], ""
    reader.has_perm("customers.view_customer")
    for size in (50, 23):
        with django_assert_num_queries(1):
            page = history(customer, reader, cursor)
        assert len(page.changes) == size
        assert page.is_continued == bool(cursor)
        found += page.changes
        cursor = page.page.next_cursor
    assert not cursor
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    names = [one.fields[0] for one in found if one.fields]
    assert names == [("name", str(number), str(number + 1)) for number in reversed(range(12))]
    sentences = Counter(one.what.partition(":")[0] for one in found if one.what)
    kinds = ("Contact logged", "Person added", "File added", "Note written", "Tag put on")
    assert sentences == {"Created": 1, **dict.fromkeys(kinds, 12)}


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


def test_tiers_stand_among_what_was_done(user_for: UserFor) -> None:
    customer = CustomerFactory.create()
    bronze, gold = Tier.objects.get(key="bronze"), Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=customer, tier=bronze, valid=(date(2026, 1, 1), date(2026, 2, 1)))
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(date(2026, 2, 1), None), reason="override")
    assert shown(customer, user_for("sales")) == [
        ("", "Created", []),
        ("by a person", "Became Gold, was Bronze", []),
        ("by the policy", "Became Bronze", []),
    ]


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


def test_when_is_told_to_the_minute_where_it_is_known() -> None:
    at = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
    changes = [Change(at=at, who="Ann", what="Created"), Change(at=at, who="Ann", what="Became Gold", is_day=True)]
    written = as_html(HISTORY.of(changes, about=Imports(files={}, may_open=False)))
    first, second = written.split('<th scope="row"')[1:]
    assert (">12:05 p.m.<" in first, ">12:05 p.m.<" in second) == (True, False)
    assert (">March 1, 2026<" in first, ">March 1, 2026<" in second) == (True, True)
