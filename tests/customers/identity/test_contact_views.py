from typing import Any

import pytest
from django.test import Client

from customers.identity.contacts import add_contact, remove_contact
from customers.models import Contact, Customer
from tests.conftest import NOON, ClientFor
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
EVA = {"name": "Eva", "job_title": "CEO", "phone": "030 123456", "email": "eva@acme.example"}


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create(name="Acme")


@pytest.fixture
def client(client_for: ClientFor) -> Client:
    return client_for("sales")


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_somebody_is_added_and_stands_in_the_list(client: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/people/"
    assert b"Nobody is known here by name" in client.get(url).content
    answer = client.post(f"{url}new/", {**EVA, "is_primary": "on"}, follow=True)
    assert (answer.redirect_chain, said(answer)) == ([(url, 302)], ["Eva added."])
    page, pk = answer.content.decode(), Contact.objects.get().pk
    for part in (
        'href="tel:+4930123456"', 'href="mailto:eva@acme.example"', "ti-star", "typed in here",
        f"/customers/{customer.pk}/interactions/new/?contact={pk}", f"/people/{pk}/",
    ):  # fmt: skip
        assert part in page


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", "", "This field is required."),
        ("name", "x" * 301, "Ensure this value has at most 300 characters (it has 301)."),
        ("name", "a\0b", "Null characters are not allowed."),
        (
            "phone",
            "call me",
            "Enter a phone number; one from abroad starts with + and its country, like +44 20 7946 0000.",
        ),
        ("email", "eva at acme", "Enter an e-mail address like name@company.com."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    client: Client, customer: Customer, field: str, value: str, why: str
) -> None:
    answer = client.post(f"/customers/{customer.pk}/people/new/", {**EVA, field: value})
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [why]})
    assert not Contact.objects.exists()


def test_one_whose_number_is_known_already_is_asked_about_once(client: Client, customer: Customer) -> None:
    add_contact(customer=CustomerFactory.create(name="Other Ltd"), fields={**EVA, "name": "Evi"})
    url = f"/customers/{customer.pk}/people/new/"
    answer = client.post(url, EVA)
    assert (answer.status_code, customer.contacts.count()) == (422, 0)
    assert "Evi" in answer.content.decode()
    assert "Other Ltd" in answer.content.decode()
    assert client.post(url, {**EVA, "anyway": "1"}).status_code == 302
    eva = customer.contacts.get()
    url = f"/people/{eva.pk}/"
    shown = as_shown(client.get(url), with_field="name")
    assert client.post(url, {**shown, "job_title": "CFO"}).status_code == 302  # what stays is not asked about again


def test_two_who_edit_one_are_told(client: Client, customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA)
    url = f"/people/{eva.pk}/"
    mine = {**as_shown(client.get(url), with_field="name"), "name": "Eva Mine"}
    client.post(url, {**as_shown(client.get(url), with_field="name"), "name": "Eva Theirs"})
    answer = client.post(url, mine)
    assert answer.status_code == 422
    assert "now: Eva Theirs" in answer.content.decode()
    assert client.post(url, as_shown(answer, with_field="name")).status_code == 302
    assert Contact.objects.get().name == "Eva Mine"


def test_what_a_file_gave_may_stay_odd(client: Client, customer: Customer) -> None:
    odd = ContactFactory.create(customer=customer, phone="on request", email="none")
    url = f"/people/{odd.pk}/"
    shown = as_shown(client.get(url), with_field="name")
    assert client.post(url, {**shown, "job_title": "CFO"}).status_code == 302
    odd.refresh_from_db()
    assert (odd.phone, odd.job_title, odd.typed) == ("on request", "CFO", ["job_title"])


def test_removed_and_put_back(client: Client, customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA)
    answer = client.post(f"/people/{eva.pk}/remove/", follow=True)
    assert said(answer) == ["Eva removed."]
    assert f"/people/{eva.pk}/restore/" in answer.content.decode()
    assert client.get(f"/people/{eva.pk}/").status_code == 404
    assert client.post(f"/people/{eva.pk}/remove/").status_code == 404
    assert said(client.post(f"/people/{eva.pk}/restore/", follow=True)) == ["Eva is back."]
    assert client.post(f"/people/{eva.pk}/restore/").status_code == 404
    assert customer.contacts.get() == eva


def test_the_first_to_ask_for(client: Client, customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA)
    assert said(client.post(f"/people/{eva.pk}/primary/", follow=True)) == ["Eva is the first to ask for."]
    ContactFactory.create(customer=customer, name="Ann")
    page = client.get(f"/customers/{customer.pk}/people/").content.decode()
    assert page.index("Eva") < page.index("Ann")
    assert f"/people/{eva.pk}/primary/" not in client.get(f"/people/{eva.pk}/").content.decode()


def test_nobody_and_those_of_nobody(client: Client, client_for: ClientFor) -> None:
    for path in ("/people/999/", "/customers/999/people/", "/customers/999/people/new/"):
        assert client.get(path).status_code == 404
    gone = ContactFactory.create(name="A" * 255 + "客户联系人")
    remove_contact(contact=gone, now=NOON)
    assert gone.name in client_for("service").get(f"/customers/{gone.customer_id}/people/").content.decode()
