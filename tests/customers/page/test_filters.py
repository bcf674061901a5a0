from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from customers.models import Customer, Tier
from customers.page.filters import BY_RELEVANCE, CustomerFilter
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.trade import InvoiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
EVERYBODY = ["Acme", "Béla", "Cui", "上海贸易"]


@pytest.fixture
def customers() -> dict[str, Customer]:
    rows: list[dict[str, Any]] = [
        {"name": "Acme", "country": "DE", "tier": Tier.objects.get(key="gold")},
        {"name": "Béla", "country": "HU", "kind": "person"},
        {"name": "Cui", "country": "", "kind": "person"},
        {"name": "上海贸易", "country": "CN"},
    ]
    made = {row["name"]: CustomerFactory.create(**row) for row in rows}
    ContactPointFactory.create(customer=made["Cui"], kind="phone", raw="49301234567")
    InvoiceFactory.create(customer=made["Acme"], due_on=date(2026, 11, 14))
    InvoiceFactory.create(customer=made["Béla"], due_on=date(2026, 11, 15))
    InvoiceFactory.create(customer=made["Cui"], due_on=date(2026, 11, 1), paid=100)
    return made


def customer_filter(query: str) -> CustomerFilter:
    return CustomerFilter(QueryDict(query), queryset=Customer.objects.order_by("pk"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", EVERYBODY),
        ("q=&tier=&kind=&country=&overdue=", EVERYBODY),
        ("colour=red", EVERYBODY),
        ("kind=person", ["Béla", "Cui"]),
        ("country=CN", ["上海贸易"]),
        ("overdue=yes", ["Acme"]),
        ("q=acme", ["Acme"]),
        ("q=bela", ["Béla"]),
        ("q=上海", ["上海贸易"]),
        ("q=030 1234567", ["Cui"]),
        ("q=nobody of that name", []),
        ("q=acme&kind=person", []),
        ("kind=organization&country=DE&overdue=yes&q=acm", ["Acme"]),
    ],
)
@pytest.mark.usefixtures("customers")
def test_customers_are_narrowed_to_what_is_asked_for(query: str, names: list[str]) -> None:
    narrowed = customer_filter(query)
    assert narrowed.is_valid()
    assert [customer.name for customer in narrowed.qs] == names


@pytest.mark.usefixtures("customers")
def test_a_tier_narrows_by_its_id() -> None:
    gold, bronze = (Tier.objects.get(key=key).pk for key in ("gold", "bronze"))
    assert [customer.name for customer in customer_filter(f"tier={gold}").qs] == ["Acme"]
    assert list(customer_filter(f"tier={bronze}").qs) == []


@pytest.mark.parametrize("query", ["tier=0", "tier=gold", "kind=firm", "country=XX", "overdue=no"])
@pytest.mark.usefixtures("customers")
def test_what_is_not_on_the_list_is_an_error(query: str) -> None:
    asked = customer_filter(query)
    assert not asked.is_valid()
    assert list(asked.form.errors) == [query.partition("=")[0]]


@pytest.mark.usefixtures("customers")
def test_the_countries_offered_are_those_that_customers_are_in() -> None:
    assert customer_filter("").form.fields["country"].choices == [
        ("", "any"), ("CN", "CN"), ("DE", "DE"), ("HU", "HU"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "narrows", "sort"),
    [
        ("", False, "name"),
        ("q=&kind=", False, "name"),
        ("colour=red&page=2", False, "name"),
        ("kind=person", True, "name"),
        ("q=acme", True, BY_RELEVANCE),
        ("q=上海", True, BY_RELEVANCE),
        ("q=上", True, "name"),  # too short to look for
        ("q=ac", True, "name"),
        ("q=++", True, "name"),
        ("q=acme&kind=firm", True, "name"),  # an error shows everybody
    ],
)
def test_the_best_matches_go_first_in_a_search_that_can_be_made(query: str, narrows: bool, sort: str) -> None:
    asked = customer_filter(query)
    assert (asked.is_narrowing, asked.default_sort) == (narrows, sort)


def test_without_a_query_nothing_is_narrowed() -> None:
    asked = CustomerFilter(queryset=Customer.objects.all())
    assert (asked.is_narrowing, asked.sought.text) == (False, "")
