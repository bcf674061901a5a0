import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from crm.common.versions import version
from customers.identity.editing import change_customer, create_customer
from customers.identity.survivorship import FIELDS
from customers.models import Customer
from tests.conftest import ClientFor
from tests.factories.notes import CustomerFiguresFactory

pytestmark = pytest.mark.django_db
NEW = {"kind": "organization", "name": "Acme GmbH"}


def test_creates_and_shows_the_customer(client_for: ClientFor) -> None:
    answer = client_for("sales").post("/customers/new/", {**NEW, "email": "info@acme.example"}, follow=True)
    customer = Customer.objects.get()
    assert answer.redirect_chain == [(f"/customers/{customer.pk}/", 302)]
    page = answer.content.decode()
    assert "Acme GmbH created." in page
    assert "from Baseline CRM" in page


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "nobody"}, "email"),
        ({"phone": "n/a"}, "phone"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "31.2.2020"}, "birth_date"),
        ({"kind": "robot"}, "kind"),
        ({"name": "x" * 301}, "name"),
        ({"name": "a\x00b"}, "name"),
    ],
)
def test_errors_stand_at_the_field(client_for: ClientFor, data: dict[str, str], field: str) -> None:
    answer = client_for("sales").post("/customers/new/", {**NEW, **data})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"name": "ACME gmbh"}, "similar name"),
        ({"name": "Other", "email": "INFO@acme.example"}, "same e-mail"),
        ({"name": "Other", "phone": "030 12345"}, "same phone"),
        ({"name": "Other", "tax_id": "de-123456"}, "same tax ID"),
    ],
)
def test_warns_of_one_alike_and_creates_anyway(client_for: ClientFor, typed: dict[str, str], reason: str) -> None:
    create_customer(
        fields={"name": "Acme GmbH", "email": "info@acme.example", "phone": "+49 30 12345", "tax_id": "DE 123456"}
    )
    client = client_for("sales")
    answer = client.post("/customers/new/", {**NEW, **typed})
    assert answer.status_code == 422
    assert [(one.customer.name, [str(r) for r in one.reasons]) for one in answer.context["similar"]] == [
        ("Acme GmbH", [reason])
    ]
    assert ("shown at neither" in answer.content.decode()) == (reason in {"same e-mail", "same phone"})
    assert client.post("/customers/new/", {**NEW, **typed, "anyway": "1"}).status_code == 302
    assert Customer.objects.count() == 2


def test_an_unlike_one_is_created_at_once(client_for: ClientFor) -> None:
    create_customer(fields={"name": "Acme GmbH"})
    assert client_for("sales").post("/customers/new/", {**NEW, "name": "Zenith"}).status_code == 302


def test_creating_with_the_check_takes_few_queries(client_for: ClientFor) -> None:
    client = client_for("sales")
    with CaptureQueriesContext(connection) as queries:
        client.post("/customers/new/", {**NEW, "email": "info@acme.example"})
    assert len(queries) <= 39


def test_edit_shows_what_stands_and_saves_what_changed(client_for: ClientFor) -> None:
    customer, client = create_customer(fields={"name": "Acme", "city": "Rome"}), client_for("service")
    url = f"/customers/{customer.pk}/edit/"
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert data["city"] == "Rome"
    assert client.post(url, {**data, "city": "Milan"}).status_code == 302
    customer.refresh_from_db()
    assert customer.city == "Milan"


def test_history_names_who_changed_it(client_for: ClientFor) -> None:
    customer, client = create_customer(fields={"name": "Acme", "city": "Rome"}), client_for("service")
    data = {**NEW, "name": "Acme", "city": "Milan", "seen": version(customer, FIELDS)}
    client.post(f"/customers/{customer.pk}/edit/", data)
    shown = client.get(f"/customers/{customer.pk}/history/").context["history"].rows
    assert [(change.who, change.what, change.fields) for change in shown] == [
        ("by the policy", "Became Bronze", []),
        ("Service", "", [("city", "Rome", "Milan")]),
        ("", "Created", []),
    ]


def test_nothing_is_lost_when_another_was_quicker(client_for: ClientFor) -> None:
    customer, client = create_customer(fields={"name": "Acme", "city": "Rome"}), client_for("service")
    seen = version(customer, FIELDS)
    change_customer(customer=customer, fields={"city": "Milan"}, seen=seen)
    url, data = f"/customers/{customer.pk}/edit/", {**NEW, "name": "Acme", "city": "Turin", "seen": seen}
    answer = client.post(url, data)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert form["city"].value() == "Turin"
    assert form.errors["city"] == ["now: Milan"]
    assert "Someone else has changed this meanwhile." in answer.content.decode()
    assert client.post(url, {**data, "seen": form["seen"].value()}).status_code == 302
    customer.refresh_from_db()
    assert customer.city == "Turin"


def test_a_country_is_chosen_and_not_typed(client_for: ClientFor) -> None:
    client = client_for("sales")
    assert client.post("/customers/new/", {**NEW, "country": "Germany"}).status_code == 422
    assert client.post("/customers/new/", {**NEW, "country": "DE", "language": "zh-hans"}).status_code == 302
    made = Customer.objects.get()
    assert (made.country, made.language) == ("DE", "zh-hans")


def test_what_a_source_wrote_for_a_country_stays_until_somebody_chooses(client_for: ClientFor) -> None:
    customer, client = create_customer(fields={"name": "Acme", "country": "Deutschland"}), client_for("service")
    url = f"/customers/{customer.pk}/edit/"
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert client.post(url, {**data, "city": "Milan"}).status_code == 302
    customer.refresh_from_db()
    assert (customer.city, customer.country) == ("Milan", "Deutschland")


def test_an_organization_has_no_day_of_birth(client_for: ClientFor) -> None:
    client = client_for("sales")
    client.post("/customers/new/", {**NEW, "birth_date": "1980-01-01"})
    client.post("/customers/new/", {"kind": "person", "name": "Zoë", "birth_date": "1980-01-01"})
    assert list(Customer.objects.order_by("pk").values_list("birth_date", flat=True)) == [None, date(1980, 1, 1)]


def similar(client: Client, **typed: str) -> str:
    answer = client.get("/customers/new/similar/", typed)
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_is_alike_is_said_while_one_types(client_for: ClientFor) -> None:
    acme = create_customer(fields={"name": "Acme GmbH", "phone": "+49 30 12345", "address": "Am Hof 1", "city": "Bonn"})
    CustomerFiguresFactory.create(customer=acme, overdue=Decimal(300))
    client = client_for("sales")
    told = similar(client, name="ACME gmbh")
    assert re.search(r"Acme GmbH.*300.*similar name.*Am Hof 1, Bonn.*\+49 30 12345", told, re.DOTALL)
    assert "anyway" not in told
    assert "shown at neither" in similar(client, phone="030 12345")
    assert similar(client).strip() == similar(client, name="Zenith").strip() == ""
    assert similar(client, name="a\x00" + "b" * 500).strip() == ""


@pytest.mark.parametrize("alike", [1, 3])
def test_saying_it_takes_the_same_queries_for_three(
    client_for: ClientFor, alike: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _one in range(alike):
        CustomerFiguresFactory.create(customer=create_customer(fields={"name": "Acme GmbH"}))
    client = client_for("sales")
    similar(client, name="Acme")
    with django_assert_num_queries(5):
        assert similar(client, name="Acme GmbH").count("list-group-item") == alike
