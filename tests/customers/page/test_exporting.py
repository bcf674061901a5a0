from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer, Tier
from customers.page.exporting import export_rows
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
HEADER = (
    "customer_id", "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode",
    "industry", "language", "birth_date", "tier", "last_contact_at",
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
    ada = CustomerFactory.create(**known, tier=Tier.objects.get(key="gold"))
    bob = CustomerFactory.create(name="Bob", country="")
    with django_assert_num_queries(1):
        header, *rows = export_rows(Customer.objects.all())
    assert dict(zip(header, rows[0], strict=True)) == {**known, "customer_id": ada.pk, "tier": "gold"}
    assert rows[1] == (bob.pk, "organization", "Bob", *[""] * 10, None, None, None)


def test_they_come_by_name_and_of_one_name_by_id_whatever_the_order_before() -> None:
    twins = [CustomerFactory.create(name=name).pk for name in ("zoë", "Zoe")]
    ann = CustomerFactory.create(name="ann").pk
    rows = list(export_rows(Customer.objects.order_by("-pk")))[1:]
    assert [row[0] for row in rows] == [ann, *twins]
