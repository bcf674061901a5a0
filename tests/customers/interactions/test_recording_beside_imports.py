"""A contact is logged, or taken back, while the customer becomes one with another or goes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, Final

import pytest
from django.db import transaction

from crm.common.retrying import TRIES
from customers.identity.editing import create_customer
from customers.interactions import recording
from customers.interactions.last_contact import refresh_last_contact
from customers.interactions.recording import log_interaction, undo_interaction
from customers.models import Customer, Interaction
from tests.beside import beside, never_ended, wait_until_somebody_waits
from tests.conftest import NOON, ClientFor
from tests.customers.importing.files import load, write_csv
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.threads import begin, end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_november")]

ORDERS: Final = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
CONTACT: Final = {"channel": "email", "direction": "in", "purpose": "question", "notes": "Wants a call back"}
HTMX: Final = {"HX-Request": "true"}
GONE: Final = "This customer has become one with another."


@pytest.fixture
def bare(tmp_path: Path) -> Customer:
    rows = [["o1", "c1", "2024-01-01", "P", 1, 2]]
    load("orders", write_csv(tmp_path / "o.csv", ORDERS, rows), mapping={"create_missing": {"customers": {}}})
    return Customer.objects.get()


@pytest.fixture
def known(bare: Customer) -> Customer:
    """Who the bare customer turns out to be."""
    return create_customer(fields={"name": "Ada Ltd", "tax_id": "DE811193231"})


@contextmanager
def running(work: Callable[[], object]) -> Iterator[None]:
    """On a connection of its own."""
    thread = begin(work)
    yield
    end(thread)


@contextmanager
def becoming_one(folder: Path) -> Iterator[None]:
    """The import that tells who the bare customer is has done its work, and commits once somebody waits for it."""
    told = Event()
    rows = [["c1", "Ada", "DE811193231"]]
    file = write_csv(folder / "c.csv", "external_id,name,tax_id", rows)

    def tell() -> None:
        with transaction.atomic():
            load("customers", file)
            told.set()
            wait_until_somebody_waits()

    with running(tell):
        assert told.wait(30)
        yield


@contextmanager
def being_removed(customer: Customer) -> Iterator[None]:
    """The customer is deleted, which is committed once somebody waits for it."""

    def commit() -> None:
        wait_until_somebody_waits()
        other.commit()

    with beside() as other:
        other.start(f"DELETE FROM customers_customer WHERE id = {customer.pk}").result(timeout=30)
        with running(commit):
            yield


def test_a_contact_is_the_others_when_the_customer_becomes_one_with_them(
    bare: Customer, known: Customer, tmp_path: Path, client_for: ClientFor
) -> None:
    client = client_for("service")
    with becoming_one(tmp_path):
        answer = client.post(f"/customers/{bare.pk}/interactions/new/", CONTACT, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/customers/{known.pk}/"
    assert (
        "Contact logged with Ada Ltd: this customer has become one with them."
        in client.get("/customers/").content.decode()
    )
    logged = Interaction.objects.get()
    assert (logged.customer, logged.body) == (known, "Wants a call back")
    known.refresh_from_db()
    assert known.last_contact_at == logged.occurred_at


def test_what_was_typed_of_a_contact_is_kept_when_the_customer_is_gone(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("service")
    with being_removed(customer):
        answer = client.post(f"/customers/{customer.pk}/interactions/new/", CONTACT, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert GONE in page
    assert "Wants a call back" in page
    assert not Interaction.objects.exists()


def test_what_was_typed_of_a_customer_is_kept_when_it_is_gone(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    url = f"/customers/{customer.pk}/edit/"
    form = client.get(url).context["form"]
    typed = {"name": "Ada Byron", "kind": "person", "seen": form["seen"].value()}
    with being_removed(customer):
        answer = client.post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert GONE in page
    assert 'value="Ada Byron"' in page


def test_a_contact_that_is_taken_back_is_nobody_s_last_one(bare: Customer, known: Customer, tmp_path: Path) -> None:
    by = UserFactory.create()
    logged = log_interaction(customer=bare, channel="phone", direction="in", by=by, now=NOON)
    with becoming_one(tmp_path):
        undo_interaction(interaction=logged, by=by, now=logged.created_at)
    assert not Interaction.objects.exists()
    known.refresh_from_db()
    assert known.last_contact_at is None


@pytest.mark.slow
def test_taking_back_is_done_again_after_a_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    customer, by = CustomerFactory.create(), UserFactory.create()
    logged = log_interaction(customer=customer, channel="phone", direction="in", by=by, now=NOON)
    refresh, tries = refresh_last_contact, list[int]()

    def meeting(*args: Any) -> None:
        """The first time the other, who has the customer, asks for the contact before we ask for the customer."""
        tries.append(len(tries))
        if len(tries) == 1:
            other.start(f"UPDATE customers_interaction SET purpose = 'order' WHERE id = {logged.pk}")
            other.wait_until_it_waits()
            other.start_to_commit()
        refresh(*args)

    monkeypatch.setattr(recording, "refresh_last_contact", meeting)
    with never_ended() as other:
        other.start(f"SELECT FROM customers_customer WHERE id = {customer.pk} FOR UPDATE").result(timeout=30)
        undo_interaction(interaction=logged, by=by, now=logged.created_at)
    assert 2 <= len(tries) <= TRIES  # on a busy machine the other may wake late, and meet us once more
    assert not Interaction.objects.exists()
    assert Customer.objects.get().last_contact_at is None
