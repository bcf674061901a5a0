from pathlib import Path

import pytest

from customers.identity.contacts import change_contact, remove_contact, restore_contact
from customers.models import Contact, ContactPoint, Customer, ImportBatch, ParkedRow, SourceRecord
from tests.conftest import NOON
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
HEADERS = "external_id,customer_external_id,name,job_title,email,phone,hobby"
EVA = ["k1", "c1", "Eva", "CEO", "Eva@Acme.example", "030 123456", "chess"]


def deliver(folder: Path, *rows: list[str]) -> ImportBatch:
    return load("contacts", write_csv(folder / "k.csv", HEADERS, rows))


@pytest.fixture
def customers() -> list[Customer]:
    """The shop's c1 and c2."""
    shop = SourceSystemFactory.create(key="shop")
    made = CustomerFactory.create_batch(2)
    for number, customer in enumerate(made, 1):
        SourceRecordFactory.create(system=shop, external_id=f"c{number}", customer=customer)
    return made


def points() -> list[tuple[str, str, str]]:
    return sorted(ContactPoint.objects.values_list("kind", "raw", "normalised"))


def test_a_contact_is_reached_by_what_its_row_says(customers: list[Customer], tmp_path: Path) -> None:
    bare = ["k2", "c1", "Tom", "", "", "", ""]
    odd = ["k3", "c1", "Ann", "", "on request", "none", ""]
    assert counts(deliver(tmp_path, EVA, bare, odd)) == {"rows": 3, "created": 3}
    rows = Contact.objects.order_by("name").values_list("customer", "name", "job_title", "email", "phone")
    assert list(rows) == [
        (customers[0].pk, "Ann", "", "on request", "none"),
        (customers[0].pk, "Eva", "CEO", "eva@acme.example", "030 123456"),
        (customers[0].pk, "Tom", "", "", ""),
    ]
    assert points() == [
        ("email", "Eva@Acme.example", "eva@acme.example"), ("email", "on request", ""),
        ("phone", "030 123456", "4930123456"), ("phone", "none", ""),
    ]  # fmt: skip
    eva, record = Contact.objects.get(name="Eva"), SourceRecord.objects.get(kind="contacts", external_id="k1")
    assert (record.customer, record.object_id) == (customers[0], eva.pk)
    assert (record.payload["email"], record.payload["extra"]) == ("Eva@Acme.example", {"hobby": "chess"})
    assert {(point.contact, point.source_record) for point in eva.contact_points.all()} == {(eva, record)}


def test_delivered_again_it_stays_and_changed_its_points_follow(customers: list[Customer], tmp_path: Path) -> None:
    deliver(tmp_path, EVA)
    before = (Contact.objects.get().pk, set(ContactPoint.objects.values_list("pk", flat=True)))
    assert counts(deliver(tmp_path, EVA)) == {"rows": 1, "unchanged": 1}
    assert (Contact.objects.get().pk, set(ContactPoint.objects.values_list("pk", flat=True))) == before
    assert counts(deliver(tmp_path, ["k1", "c2", "Eva M", "", "", "030 123456", ""])) == {"rows": 1, "updated": 1}
    eva = Contact.objects.get()
    assert (eva.pk, eva.name, eva.job_title, eva.email, eva.customer) == (before[0], "Eva M", "", "", customers[1])
    assert points() == [("phone", "030 123456", "4930123456")]
    assert ContactPoint.objects.get().customer == customers[1]


def test_one_of_nobody_is_rejected_and_one_of_somebody_unknown_waits(customers: list[Customer], tmp_path: Path) -> None:
    batch = deliver(tmp_path, ["k1", "", "Eva", *[""] * 4], ["k2", "c1", *[""] * 5], ["k3", "c9", "Tom", *[""] * 4])
    assert counts(batch) == {"rows": 3, "parked": 1, "rejected": 2}
    assert list(batch.rejects.values_list("column", "reason")) == [
        ("customer_external_id", "is required"), ("name", "is required"),
    ]  # fmt: skip
    assert ParkedRow.objects.values_list("external_id", "waits_for_kind", "waits_for_id").get() == (
        "k3", "customers", "c9",
    )  # fmt: skip
    assert not Contact.objects.exists()


def test_what_somebody_typed_stays_whatever_files_bring(customers: list[Customer], tmp_path: Path) -> None:
    deliver(tmp_path, EVA)
    typed = {"name": "Eva Meyer", "job_title": "CEO", "phone": "040 777777", "email": "eva@acme.example"}
    change_contact(contact=Contact.objects.get(), fields=typed, is_primary=False)
    batch = deliver(tmp_path, ["k1", "c1", "Eva", "Chair", "eva@new.example", "030 999999", ""])
    assert counts(batch) == {"rows": 1, "updated": 1}
    eva = Contact.objects.get()
    assert (eva.name, eva.job_title, eva.email, eva.phone) == ("Eva Meyer", "Chair", "eva@new.example", "040 777777")
    assert points() == [("email", "eva@new.example", "eva@new.example"), ("phone", "040 777777", "4940777777")]


def test_one_who_was_removed_stays_away(customers: list[Customer], tmp_path: Path) -> None:
    deliver(tmp_path, EVA)
    remove_contact(contact=Contact.objects.get(), now=NOON)
    deliver(tmp_path, [*EVA[:3], "Chair", *EVA[4:]])
    assert (Contact.objects.count(), points()) == (0, [])
    eva = restore_contact(contact=Contact.everyone.get())
    assert eva.job_title == "Chair"
    assert points() == [("email", "Eva@Acme.example", "eva@acme.example"), ("phone", "030 123456", "4930123456")]
    record = SourceRecord.objects.get(kind="contacts")
    assert set(ContactPoint.objects.values_list("source_record", flat=True)) == {record.pk}


def test_one_who_moves_takes_along_what_was_typed_and_is_not_the_first_there(
    customers: list[Customer], tmp_path: Path
) -> None:
    deliver(tmp_path, EVA)
    there = ContactFactory.create(customer=customers[1], is_primary=True)
    typed = {"name": "Eva", "job_title": "CEO", "phone": "040 777777", "email": "eva@acme.example"}
    change_contact(contact=Contact.objects.get(name="Eva"), fields=typed, is_primary=True)
    call = InteractionFactory.create(
        customer=customers[0], contact_value="040 777777", contact_normalised="4940777777", matched_by_value=True
    )
    deliver(tmp_path, ["k1", "c2", *EVA[2:]])
    eva = Contact.objects.get(name="Eva")
    assert (eva.customer, eva.is_primary) == (customers[1], False)
    assert Contact.objects.get(is_primary=True) == there
    assert set(ContactPoint.objects.values_list("customer", "contact", "kind")) == {
        (customers[1].pk, eva.pk, "phone"), (customers[1].pk, eva.pk, "email"),
    }  # fmt: skip
    call.refresh_from_db()
    assert call.customer == customers[1]
