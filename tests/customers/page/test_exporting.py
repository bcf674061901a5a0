from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer, CustomerTag, Tier
from customers.page.exporting import EXPORT, export_rows
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import CustomerFiguresFactory, TagFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 1)
HEADER = (
    "customer_id", "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode",
    "industry", "language", "birth_date", "tier", "last_contact_at", "owner", "team", "tags", "revenue", "profit",
    "open", "overdue", "overdue_since", "created",
)  # fmt: skip


def test_of_nobody_there_is_the_header() -> None:
    CustomerFactory.create()
    assert list(export_rows(Customer.objects.none())) == [HEADER]
    assert list(export_rows(Customer.objects.visible_to(AnonymousUser()))) == [HEADER]


def test_a_row_says_what_is_known_under_its_heading(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    known: dict[str, Any] = {
        "kind": "person", "name": "Ada", "tax_id": "DE1", "email": "a@b.example", "phone": "+49 30 1", "address": "A 1",
        "city": "Rome", "region": "Lazio", "country": "IT", "postcode": "00100", "industry": "Toys", "language": "it",
        "birth_date": date(1990, 1, 2), "last_contact_at": at,
    }  # fmt: skip
    owner, team = UserFactory.create(email="owner@staff.example"), TeamFactory.create(key="north")
    ada = CustomerFactory.create(**known, tier=Tier.objects.get(key="gold"), owner=owner, team=team)
    for name in ("VIP", "Fair"):
        CustomerTag.objects.create(customer=ada, tag=TagFactory.create(name=name))
    figures: dict[str, Any] = {
        "revenue": Decimal(5), "profit": Decimal(2), "open": Decimal(3), "overdue": Decimal(1), "overdue_since": DAY,
    }  # fmt: skip
    CustomerFiguresFactory.create(customer=ada, **figures)
    kept = {
        "customer_id": ada.pk,
        "tier": "gold",
        "owner": "owner@staff.example",
        "team": "north",
        "tags": "Fair, VIP",
        "created": ada.created_at,
    }
    bob = CustomerFactory.create(name="Bob", country="")
    with django_assert_num_queries(1):
        header, *rows = export_rows(Customer.objects.all())
    assert dict(zip(header, rows[0], strict=True)) == known | figures | kept
    assert rows[1] == (bob.pk, "organization", "Bob", *[""] * 10, *[None] * 11, bob.created_at)


def test_they_come_in_the_order_asked_for() -> None:
    rich, poor, _new = (CustomerFactory.create(name=name) for name in ("Rich", "Poor", "New"))
    for customer, revenue in ((rich, 9), (poor, 1)):
        CustomerFiguresFactory.create(customer=customer, revenue=revenue)
    for order, expected in (("-figures__revenue", ["Rich", "Poor"]), ("figures__revenue", ["Poor", "Rich"])):
        assert [row[2] for row in export_rows(Customer.objects.all(), order=order)][1:] == [*expected, "New"]


def test_they_come_by_name_and_of_one_name_by_id_whatever_the_order_before() -> None:
    twins = [CustomerFactory.create(name=name).pk for name in ("zoë", "Zoe")]
    ann = CustomerFactory.create(name="ann").pk
    rows = list(export_rows(Customer.objects.order_by("-pk")))[1:]
    assert [row[0] for row in rows] == [ann, *twins]


def test_columns_are_those_of_the_list_in_its_order_each_once() -> None:
    headers = [column.header for column in EXPORT.chosen(["overdue", "place", "unknown", "city", "contact"])]
    assert headers == ["customer_id", "overdue", "city", "country", "last_contact_at"]


def test_of_chosen_columns_only_they_are_read(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    customer = CustomerFactory.create(name="Ada", city="Rome")
    with django_assert_num_queries(1) as queries:
        assert list(export_rows(Customer.objects.all(), EXPORT.chosen(["name", "city"]))) == [
            ("customer_id", "name", "city"), (customer.pk, "Ada", "Rome"),
        ]  # fmt: skip
    assert "customertag" not in queries[0]["sql"]
