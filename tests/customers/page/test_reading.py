import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from crm.common.company.current import assumed
from customers.models import Customer
from customers.page.reading import LARGEST_KEY, Narrowing, Place, find_place, read
from customers.registry.page import Before, SourceRows
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

AT = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
CONTACTS: Final = SourceRows(
    table="customers_interaction f",
    at="f.occurred_at",
    part="f.channel",
    found="f.subject ILIKE %(pattern)s",
    facts={"subject": "f.subject"},
)
ORDERS: Final = SourceRows(
    table="customers_order f", at="f.placed_at", found="f.number ILIKE %(pattern)s", facts={"amount": "f.amount"}
)
INVOICES: Final = SourceRows(table="customers_invoice f", at="f.due_on", is_day=True, facts={"number": "f.number"})
NOBODY: Final = AnonymousUser()


@pytest.fixture
def customer(db: None) -> Customer:
    """Another one has as much."""
    InteractionFactory.create(occurred_at=AT)
    OrderFactory.create(placed_at=AT)
    return CustomerFactory.create()


def subjects(customer: Customer, **narrowing: str) -> list[str]:
    found = read({"contacts": CONTACTS}, customer, NOBODY, None, limit=10, narrowing=Narrowing(**narrowing))
    return [happened.facts["subject"] for _place, happened in found]


def cursor(*what: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(what).encode()).decode().rstrip("=")


@pytest.mark.parametrize("pk", [0, 1, LARGEST_KEY])
def test_a_place_is_found_again_by_its_cursor(pk: int) -> None:
    place = Place(AT, "contacts", pk)
    assert find_place(place.cursor) == place
    assert not set(place.cursor) & set("+/= ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "é",
        cursor(),
        cursor(AT.isoformat(), "contacts"),
        cursor(AT.isoformat(), "contacts", 1, 1),
        cursor("2026-01-01T12:00:00", "contacts", 1),  # of no zone
        cursor("2026-13-01T12:00:00Z", "contacts", 1),
        cursor("0001-01-01T00:00:00+14:00", "contacts", 1),  # a day that some zones do not have
        cursor("9999-12-31T23:59:59-12:00", "contacts", 1),
        cursor("soon", "contacts", 1),
        cursor(7, "contacts", 1),
        cursor(None, "contacts", 1),
        cursor(AT.isoformat(), None, 1),
        cursor(AT.isoformat(), "contacts", "1"),
        cursor(AT.isoformat(), "contacts", -1),
        cursor(AT.isoformat(), "contacts", LARGEST_KEY + 1),  # of no row the database could hold
    ],
)
def test_what_is_no_cursor_is_no_place(text: str) -> None:
    assert find_place(text) is None


def test_each_source_goes_on_where_the_page_ended() -> None:
    """Of that very moment one of a smaller key has all to come, one of a larger key nothing more."""
    place = Place(AT, "m", 7)
    assert [place.before(source) for source in ("a", "m", "z")] == [Before(AT, None), Before(AT, 7), Before(AT, 0)]


def test_a_larger_place_comes_first() -> None:
    """By moment, then by source, then by row."""
    later = AT + timedelta(microseconds=1)
    places = [Place(later, "a", 1), Place(AT, "z", 1), Place(AT, "m", 8), Place(AT, "m", 7)]
    assert sorted(places, reverse=True) == places


@pytest.mark.parametrize(
    ("narrowing", "narrows"),
    [
        (Narrowing(), False),
        (Narrowing(part="phone"), False),  # of no kind it is a part of nothing
        (Narrowing(kind="contacts"), True),
        (Narrowing(text="a"), True),
    ],
)
def test_whether_anything_is_left_out(narrowing: Narrowing, narrows: bool) -> None:
    assert bool(narrowing) is narrows


@pytest.mark.django_db
def test_of_no_source_nothing_is_asked(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    customer = CustomerFactory.create()
    with django_assert_num_queries(0):
        assert read({}, customer, NOBODY, None, limit=10) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_rows_of_all_sources_come_newest_first_in_one_query(
    rows: int, customer: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    moments = [AT + timedelta(hours=number) for number in range(rows)]
    contacts = [InteractionFactory.create(customer=customer, occurred_at=at, subject="S") for at in moments]
    orders = [OrderFactory.create(customer=customer, placed_at=at, amount=Decimal("10.50")) for at in moments]
    with django_assert_num_queries(1):
        found = read({"contacts": CONTACTS, "orders": ORDERS}, customer, NOBODY, None, limit=10)
    assert [place for place, _happened in found] == [
        place
        for at, contact, order in reversed(list(zip(moments, contacts, orders, strict=True)))
        for place in (Place(at, "orders", order.pk), Place(at, "contacts", contact.pk))
    ]
    assert [(one.at, one.pk) for _place, one in found] == [(place.at, place.pk) for place, _happened in found]
    assert [one.facts for _place, one in found[:2]] == [{"amount": Decimal("10.50")}, {"subject": "S"}]
    assert type(found[0][1].facts["amount"]) is Decimal


def test_no_more_than_asked_for_and_on_from_the_last_one_shown(customer: Customer) -> None:
    sources = {"contacts": CONTACTS, "orders": ORDERS}
    for number in range(4):
        InteractionFactory.create(customer=customer, occurred_at=AT + timedelta(hours=number // 2))
        OrderFactory.create(customer=customer, placed_at=AT + timedelta(hours=number // 2))
    whole = [place for place, _happened in read(sources, customer, NOBODY, None, limit=10)]
    assert len(whole) == 8
    for shown in range(8):
        place = whole[shown - 1] if shown else None
        page = [place for place, _happened in read(sources, customer, NOBODY, place, limit=3)]
        assert page == whole[shown : shown + 3]
    assert read(sources, customer, NOBODY, whole[-1], limit=3) == []


def test_a_place_whose_row_is_gone_still_says_where_to_go_on(customer: Customer) -> None:
    earlier, gone = (InteractionFactory.create(customer=customer, occurred_at=AT) for _ in range(2))
    place = Place(AT, "contacts", gone.pk)
    gone.delete()
    found = read({"contacts": CONTACTS}, customer, NOBODY, place, limit=3)
    assert [happened.pk for _place, happened in found] == [earlier.pk]


@pytest.mark.parametrize(("zone", "hour"), [("UTC", 0), ("Asia/Shanghai", -8), ("America/New_York", 5)])
def test_what_is_known_by_its_day_is_the_last_of_the_company_s_day(zone: str, hour: int, customer: Customer) -> None:
    made = [InvoiceFactory.create(customer=customer, due_on=date(2026, 1, day)) for day in (1, 2)]
    ends = [datetime(2026, 1, day, tzinfo=UTC) + timedelta(hours=hour, microseconds=-1) for day in (2, 3)]
    with assumed(time_zone=zone):
        found = [place for place, _happened in read({"invoices": INVOICES}, customer, NOBODY, None, limit=9)]
        assert found == [Place(ends[1], "invoices", made[1].pk), Place(ends[0], "invoices", made[0].pk)]
        rest = read({"invoices": INVOICES}, customer, NOBODY, found[0], limit=9)
    assert [place for place, _happened in rest] == found[1:]


def test_a_source_goes_by_who_reads_when_and_in_which_language(customer: Customer, in_november: None) -> None:
    InteractionFactory.create(customer=customer, occurred_at=AT)
    asks: dict[str, str] = {
        "reader": "%(reader)s::bigint", "today": "%(today)s::date", "is_chinese": "%(is_chinese)s::bool",
    }  # fmt: skip
    source, user = replace(CONTACTS, facts=asks), UserFactory.create()

    def facts(reader: Any) -> dict[str, Any]:
        ((_place, happened),) = read({"contacts": source}, customer, reader, None, limit=1)
        return happened.facts

    assert facts(user) == {"reader": user.pk, "today": "2026-11-15", "is_chinese": False}
    with translation.override("zh-hans"), assumed(time_zone="Pacific/Kiritimati"):
        assert facts(NOBODY) == {"reader": None, "today": "2026-11-16", "is_chinese": True}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["100% sure", "a_b", "c:\\dir", "axb"]),
        ("SURE", ["100% sure"]),
        ("%", ["100% sure"]),
        ("_", ["a_b"]),
        ("\\", ["c:\\dir"]),
        ("a_b", ["a_b"]),
        ("nowhere", []),
    ],
)
def test_a_search_finds_what_was_typed_and_not_what_it_means_to_the_database(
    text: str, found: list[str], customer: Customer
) -> None:
    for number, subject in enumerate(("100% sure", "a_b", "c:\\dir", "axb")):
        InteractionFactory.create(customer=customer, subject=subject, occurred_at=AT - timedelta(hours=number))
    assert subjects(customer, text=text) == found


def test_a_part_narrows_those_that_have_parts(customer: Customer) -> None:
    for channel in ("phone", "email"):
        InteractionFactory.create(customer=customer, channel=channel, subject=channel, occurred_at=AT)
    assert subjects(customer, kind="contacts", part="email") == ["email"]
    assert subjects(customer, kind="contacts", part="chat") == []
    order = OrderFactory.create(customer=customer, placed_at=AT)
    found = read({"orders": ORDERS}, customer, NOBODY, None, limit=9, narrowing=Narrowing(kind="orders", part="email"))
    assert [place.pk for place, _happened in found] == [order.pk]
