from datetime import UTC, datetime

import pytest

from crm.common.versions import ChangedMeanwhile, version
from crm.embedded import processes
from customers.identity.contacts import (
    COMPARED,
    ContactGone,
    add_contact,
    change_contact,
    make_primary,
    remove_contact,
    restore_contact,
)
from customers.identity.holding import CustomerGone
from customers.models import Contact, ContactPoint, Customer, PointMark
from tests import threads
from tests.beside import SOMEBODY_WAITS
from tests.database import another_connection
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
EVA = {"name": " Eva ", "job_title": "CEO", "phone": "030 123456", "email": "Eva@Acme.example"}
Points = list[tuple[str, str, str, int | None]]


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


def points(contact: Contact) -> Points:
    found = ContactPoint.objects.filter(contact=contact, customer=contact.customer_id)
    return sorted(found.values_list("kind", "raw", "normalised", "source_record"))


def test_somebody_added_is_reached_by_what_was_typed(customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA)
    eva.refresh_from_db()
    assert (eva.customer, eva.name, eva.job_title, eva.typed) == (
        customer, "Eva", "CEO", ["name", "job_title", "phone", "email"],
    )  # fmt: skip
    assert points(eva) == [
        ("email", "Eva@Acme.example", "eva@acme.example", None), ("phone", "030 123456", "4930123456", None),
    ]  # fmt: skip
    assert not eva.is_primary
    assert set(PointMark.objects.values_list("normalised", flat=True)) == {"eva@acme.example", "4930123456"}


def test_without_phone_and_mail_there_is_nothing_to_reach_them_by(customer: Customer) -> None:
    tom = add_contact(customer=customer, fields={"name": "Tom"})
    assert (points(tom), tom.typed) == ([], ["name"])


def test_a_call_that_nobody_was_known_for_comes_to_the_customer(customer: Customer) -> None:
    call = InteractionFactory.create(
        customer=None, contact_value="030 123456", contact_normalised="4930123456", matched_by_value=True
    )
    eva = add_contact(customer=customer, fields=EVA)
    call.refresh_from_db()
    customer.refresh_from_db()
    assert (call.customer, customer.last_contact_at) == (customer, call.occurred_at)
    change_contact(contact=eva, fields={**EVA, "phone": "030 999999"}, is_primary=False)
    call.refresh_from_db()
    customer.refresh_from_db()
    assert (call.customer, customer.last_contact_at) == (None, None)


def test_one_is_the_first_to_ask_for(customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA, is_primary=True)
    tom = add_contact(customer=customer, fields={"name": "Tom"}, is_primary=True)
    elsewhere = add_contact(customer=CustomerFactory.create(), fields={"name": "Ann"}, is_primary=True)
    assert set(Contact.objects.filter(is_primary=True)) == {tom, elsewhere}
    assert make_primary(contact=eva).is_primary
    assert set(Contact.objects.filter(is_primary=True)) == {eva, elsewhere}
    assert not change_contact(contact=eva, fields={}, is_primary=False).is_primary


def test_one_removed_gives_way_to_another(customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA, is_primary=True)
    remove_contact(contact=eva, now=NOW)
    tom = add_contact(customer=customer, fields={"name": "Tom"}, is_primary=True)
    assert not restore_contact(contact=eva).is_primary
    assert Contact.objects.get(is_primary=True) == tom


def test_what_is_changed_is_ours_and_the_rest_stays_the_files(customer: Customer) -> None:
    eva = ContactFactory.create(customer=customer, name="Eva", phone="030 123456", email="eva@acme.example")
    record = SourceRecordFactory.create(
        kind="contacts", customer=customer, object_id=eva.pk, payload={"email": "Eva@Acme.example"}
    )
    for kind, raw, normalised in (
        ("phone", "030 123456", "4930123456"), ("email", "Eva@Acme.example", "eva@acme.example"),
    ):  # fmt: skip
        ContactPoint.objects.create(
            customer=customer, contact=eva, source_record=record, kind=kind, raw=raw, normalised=normalised
        )
    kept = ContactPoint.objects.get(kind="email").pk
    fields = {"name": "Eva", "job_title": "", "phone": "+49 40 555555", "email": "eva@acme.example"}
    eva = change_contact(contact=eva, fields=fields, is_primary=False)
    assert eva.typed == ["phone"]
    assert points(eva) == [
        ("email", "Eva@Acme.example", "eva@acme.example", record.pk), ("phone", "+49 40 555555", "4940555555", None),
    ]  # fmt: skip
    assert ContactPoint.objects.get(kind="email").pk == kept
    eva = change_contact(contact=eva, fields={**fields, "phone": ""}, is_primary=False)
    assert (eva.typed, [kind for kind, *_ in points(eva)]) == (["phone"], ["email"])


def test_the_same_number_written_otherwise(customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA)
    eva = change_contact(contact=eva, fields={**EVA, "phone": "+49 30 123456"}, is_primary=False)
    assert points(eva)[1] == ("phone", "+49 30 123456", "4930123456", None)


def test_removed_they_are_no_longer_found_and_put_back_they_are(customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA, is_primary=True)
    logged, before = InteractionFactory.create(customer=customer, contact=eva), points(eva)
    assert remove_contact(contact=eva, now=NOW).removed_at == NOW
    assert (list(customer.contacts.all()), points(eva)) == ([], [])
    logged.refresh_from_db()
    assert logged.contact == eva
    with pytest.raises(ContactGone):
        remove_contact(contact=eva, now=NOW)
    restore_contact(contact=eva)
    eva.refresh_from_db()
    assert (eva.removed_at, eva.is_primary, points(eva)) == (None, True, before)
    with pytest.raises(ContactGone):
        restore_contact(contact=eva)


def test_two_who_edit_one(customer: Customer) -> None:
    eva = add_contact(customer=customer, fields=EVA)
    seen = version(eva, COMPARED)
    change_contact(contact=eva, fields={"name": "Eva M"}, is_primary=False, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        change_contact(contact=eva, fields={"name": "Eva X"}, is_primary=False, seen=seen)
    remove_contact(contact=eva, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        change_contact(contact=eva, fields={"name": "Eva X"}, is_primary=False, seen=seen)
    with pytest.raises(ContactGone):
        change_contact(contact=eva, fields={"name": "Eva X"}, is_primary=False)
    assert Contact.everyone.get().name == "Eva M"


def test_with_a_customer_who_is_no_more_nobody_is_added(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(CustomerGone):
        add_contact(customer=customer, fields=EVA)
    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_is_made_the_first_at_the_same_time_waits_and_wins() -> None:
    customer = CustomerFactory.create()
    eva, tom = ContactFactory.create_batch(2, customer=customer)
    with another_connection() as other, another_connection() as watching:
        watching.autocommit = True
        other.execute("UPDATE customers_contact SET is_primary = true WHERE id = %s", [eva.pk])
        thread = threads.begin(lambda: make_primary(contact=tom))
        assert processes.wait_until(lambda: watching.execute(SOMEBODY_WAITS).fetchone() == (True,), seconds=30)
        other.commit()
    threads.end(thread)
    assert Contact.objects.get(is_primary=True) == tom
