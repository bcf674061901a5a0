from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from crm.common.days import today
from customers.identity.access import get_customer
from customers.models import Customer
from customers.page.record import get_whole_record
from customers.registry import page
from customers.registry.page import Panel
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.notes import NoteFactory
from tests.factories.trade import InvoiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
LATE = date(2026, 11, 14)
Asked = Callable[[User | AnonymousUser], HttpRequest]


@pytest.fixture
def asked(rf: RequestFactory) -> Asked:
    def by(user: User | AnonymousUser) -> HttpRequest:
        request = rf.get("/")
        request.user = user
        return request

    return by


@pytest.fixture
def reader(user_for: UserFor) -> User:
    """Whose rights are known already."""
    user = user_for("service")
    assert user.has_perm("customers.view_customer")
    return user


def of(record: Customer) -> Any:
    return record


def test_what_is_owed_comes_with_the_customer(
    asked: Asked, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """What is paid is not owed, and what is due today is not overdue."""
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, due_on=LATE, amount=Decimal("100.10"), paid=Decimal("40.05"))
    InvoiceFactory.create(customer=customer, due_on=today(), amount=Decimal(20))
    InvoiceFactory.create(customer=customer, due_on=LATE, amount=Decimal(7), paid=Decimal(7))
    InvoiceFactory.create(due_on=LATE, amount=Decimal(1000))
    with django_assert_num_queries(1):
        owed = of(get_customer(asked(reader), customer.pk)).owed
    assert {name: str(owed[name]) for name in ("open", "overdue", "overdue_invoices", "oldest")} == {
        "open": "80.05", "overdue": "60.05", "overdue_invoices": "1", "oldest": "2026-11-14",
    }  # fmt: skip


def test_where_nothing_is_open_nothing_is_owed(asked: Asked, reader: User) -> None:
    customer = CustomerFactory.create()
    assert of(get_customer(asked(reader), customer.pk)).owed is None
    InvoiceFactory.create(customer=customer, due_on=LATE, amount=Decimal(7), paid=Decimal(7))
    assert of(get_customer(asked(reader), customer.pk)).owed is None


@pytest.mark.parametrize("get", [get_customer, get_whole_record])
def test_who_may_not_see_the_customer_gets_none_and_of_none_there_is_none(
    get: Callable[[HttpRequest, int], Customer], asked: Asked, reader: User
) -> None:
    customer = CustomerFactory.create()
    for user, pk in ((AnonymousUser(), customer.pk), (UserFactory.create(), customer.pk), (reader, customer.pk + 1)):
        with pytest.raises(Http404):
            get(asked(user), pk)


def test_the_whole_record_brings_points_and_pinned_notes_in_the_same_query(
    asked: Asked, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer, ann = CustomerFactory.create(), UserFactory.create(name="Ann")
    ContactPointFactory.create(customer=customer, raw="A@x.example")
    ContactPointFactory.create(customer=customer, contact=ContactFactory.create(customer=customer))
    note = NoteFactory.create(customer=customer, body="Closed on Fridays", is_pinned=True, created_by=ann)
    NoteFactory.create(customer=customer)
    with django_assert_num_queries(1):
        found = of(get_whole_record(asked(reader), customer.pk))
    assert found.point_list == [{"kind": "email", "raw": "A@x.example", "normalised": "a@x.example", "system": None}]
    assert found.pinned_list == [{"id": note.pk, "body": "Closed on Fridays", "by": "Ann"}]
    assert found.owed is None


def test_panels_read_with_the_customer_what_they_may_show(
    asked: Asked, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those the reader does not see read nothing."""
    asking = list[str]()

    def panel(key: str, permission: str = "", *, reads: bool = True) -> Panel:
        def what(user: User | AnonymousUser) -> dict[str, Any]:
            assert user == reader
            asking.append(key)
            return {f"{key}_name": page.Q(name="Ada")}

        context = lambda _request, _customer: None  # noqa: E731
        return Panel(key=key, title=key, template="", context=context, reads=what if reads else None,
                     permission=permission)  # fmt: skip

    shown = (panel("one"), panel("two", "customers.view_task"), panel("plain", reads=False), panel("not", "x.nobody"))
    monkeypatch.setattr(page, "_panels", {one.key: one for one in shown})
    found = of(get_whole_record(asked(reader), CustomerFactory.create(name="Ada").pk))
    assert (found.one_name, found.two_name) == (True, True)
    assert not hasattr(found, "not_name")
    assert asking == ["one", "two"]


def test_the_head_of_every_tab_says_what_is_owed(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, due_on=LATE, amount=Decimal(80))
    client = client_for("service")
    for tab in ("", "people/", "notes/", "orders/", "sources/", "history/", "interactions/new/", "owner/"):
        head = client.get(f"/customers/{customer.pk}/{tab}").content.decode()
        assert "owes €80.00" in head, tab
