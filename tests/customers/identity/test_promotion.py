"""A bare customer's own row arrives while people work on that customer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from customers.identity.editing import create_customer
from customers.importing import frame
from customers.models import Customer, Interaction
from tests.customers.importing.files import load, write_csv
from tests.database import another_connection
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactFactory
from tests.factories.notes import AttachmentFactory, CustomerTagFactory, FollowFactory, NoteFactory
from tests.factories.to_do import TaskFactory

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
BARE = {"create_missing": {"customers": {}}}
Closing = Callable[[Callable[[], object]], None]


@pytest.fixture
def bare(tmp_path: Path) -> Customer:
    load("orders", write_csv(tmp_path / "o.csv", ORDERS, [["o1", "c1", "2024-01-01", "P", 1, 2]]), mapping=BARE)
    return Customer.objects.get()


@pytest.fixture
def when_closing(monkeypatch: pytest.MonkeyPatch) -> Closing:
    """Do something when a chunk has done all but write the customers' own rows."""
    close = frame.close

    def arrange(work: Callable[[], object]) -> None:
        def closing(*args: object) -> int:
            work()
            return close(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(frame, "close", closing)

    return arrange


def own_row(folder: Path) -> Path:
    return write_csv(folder / "c.csv", "external_id,name,tax_id", [["c1", "Ada", "DE811193231"]])


def write_on(customer: Customer) -> None:
    """As somebody does who logs a contact: an interaction, and the time of it on the customer. Waits for no one."""
    with another_connection() as other:
        other.execute("SET lock_timeout = '50ms'")
        other.execute(
            "INSERT INTO customers_interaction (customer_id, contact_value, contact_normalised, matched_by_value,"
            " channel, direction, purpose, subject, body, outcome, occurred_at, agent_name, is_contact, created_at)"
            " VALUES (%s, '', '', false, 'phone', 'in', '', '', '', '', now(), '', true, now())",
            [customer.pk],
        )
        other.execute("UPDATE customers_customer SET last_contact_at = now() WHERE id = %s", [customer.pk])


def test_it_takes_the_key_and_nobody_waits_for_it(bare: Customer, tmp_path: Path, when_closing: Closing) -> None:
    when_closing(lambda: write_on(bare))
    load("customers", own_row(tmp_path))
    bare.refresh_from_db()
    assert (bare.name, bare.link_key) == ("Ada", "tax:DE811193231")
    assert bare.interactions.count() == 1


def test_what_comes_to_one_who_goes_moves_along(bare: Customer, tmp_path: Path, when_closing: Closing) -> None:
    known = create_customer(fields={"name": "Ada Ltd", "tax_id": "DE811193231"})
    when_closing(lambda: write_on(bare))
    load("customers", own_row(tmp_path))
    assert Customer.objects.get() == known
    contact = Interaction.objects.get()
    assert contact.customer == known
    assert known.orders.count() == 1
    known.refresh_from_db()
    assert known.last_contact_at == contact.occurred_at
    assert known.last_contact_at <= timezone.now()


def test_two_of_one_key_become_one(tmp_path: Path) -> None:
    rows = [[f"o{n}", f"c{n}", "2024-01-01", "P", 1, 2] for n in (1, 2)]
    load("orders", write_csv(tmp_path / "o.csv", ORDERS, rows), mapping=BARE)
    assert Customer.objects.count() == 2
    both = [[name, "Ada", "DE811193231"] for name in ("c1", "c2", "c3")]
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name,tax_id", both))
    one = Customer.objects.get()
    assert (one.orders.count(), one.source_records.filter(kind="customers").count()) == (2, 3)


def test_all_that_people_keep_with_one_who_goes_comes_along(bare: Customer, tmp_path: Path) -> None:
    known = create_customer(fields={"name": "Ada Ltd", "tax_id": "DE811193231"})
    owner, first = UserFactory.create(), ContactFactory.create(customer=known, is_primary=True)
    Customer.objects.filter(pk=bare.pk).update(owner=owner, team=TeamFactory.create(key="north"))
    ContactFactory.create(customer=bare, name="Eva", is_primary=True)
    both = CustomerTagFactory.create(customer=bare).tag
    CustomerTagFactory.create(customer=known, tag=both)
    for made in (NoteFactory, AttachmentFactory, TaskFactory, CustomerTagFactory, FollowFactory):
        made.create(customer=bare)
    load("customers", own_row(tmp_path))
    one = Customer.objects.get()
    assert (one, one.owner, str(one.team)) == (known, owner, "North")
    assert [one.contacts.get(is_primary=True), one.contacts.count()] == [first, 2]
    counts = [rows.count() for rows in (one.notes, one.attachments, one.tasks, one.tagged, one.followers)]
    assert counts == [1, 1, 1, 2, 1]
