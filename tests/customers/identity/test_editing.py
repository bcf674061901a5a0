from datetime import date
from pathlib import Path

import pytest

from crm.common.versions import ChangedMeanwhile, version
from customers.identity.editing import NameMissing, change_customer, create_customer
from customers.identity.survivorship import FIELDS, settle
from customers.models import Customer, SourceRecord
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db


def imported() -> Customer:
    customer = CustomerFactory.create(name="ACME")
    shop = SourceSystemFactory.create(key="shop", rank=10)
    SourceRecordFactory.create(
        system=shop, customer=customer, payload={"name": "ACME", "city": "Rome", "email": "a@b.example"}
    )
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    return customer


def points(customer: Customer) -> list[tuple[str, str, str]]:
    return sorted(customer.contact_points.values_list("kind", "raw", "normalised"))


def test_what_is_typed_in_is_a_record_of_the_crm() -> None:
    customer = create_customer(
        fields={
            "kind": "person",
            "name": " Zoë ",
            "email": "Z@b.example",
            "phone": "+49 30 12345",
            "birth_date": date(1990, 1, 2),
        }
    )
    record = SourceRecord.objects.get()
    assert (record.system.key, record.system.rank, record.customer, record.object_id) == (
        "crm:typed",
        0,
        customer,
        customer.pk,
    )
    assert record.payload == {
        "kind": "person", "name": "Zoë", "email": "Z@b.example", "phone": "+49 30 12345", "birth_date": "1990-01-02",
    }  # fmt: skip
    assert (customer.name, customer.kind, customer.birth_date) == ("Zoë", "person", date(1990, 1, 2))
    assert customer.provenance == dict.fromkeys(record.payload, record.pk)
    assert points(customer) == [("email", "Z@b.example", "z@b.example"), ("phone", "+49 30 12345", "493012345")]
    assert customer.link_key == "person:mail:z@b.example|zoe"


def test_a_second_one_alike_stands_alone() -> None:
    first = create_customer(fields={"name": "Acme", "tax_id": "DE 123456"})
    second = create_customer(fields={"name": "Acme", "tax_id": "DE 123456"})
    assert first.link_key == "tax:DE123456"
    assert second.link_key == f"rec:crm:typed/{second.pk}"


def test_a_name_is_needed() -> None:
    with pytest.raises(NameMissing):
        create_customer(fields={"name": "  "})
    assert not Customer.objects.exists()


def test_only_what_a_person_changed_is_theirs() -> None:
    customer = imported()
    fields = {"name": "Acme Ltd", "city": "Rome", "email": "a@b.example", "phone": ""}
    changed = change_customer(customer=customer, fields=fields, seen=version(customer, FIELDS))
    record = SourceRecord.objects.get(system__key="crm:typed")
    assert record.payload == {"name": "Acme Ltd"}
    assert (changed.name, changed.city) == ("Acme Ltd", "Rome")
    assert changed.provenance["name"] == record.pk
    assert changed.provenance["city"] != record.pk


def test_an_emptied_field_lets_the_sources_speak_again() -> None:
    customer = imported()
    changed = change_customer(customer=customer, fields={"city": "Milan"}, seen=version(customer, FIELDS))
    assert changed.city == "Milan"
    assert change_customer(customer=changed, fields={"city": ""}, seen=version(changed, FIELDS)).city == "Rome"


def test_contact_points_follow() -> None:
    customer = create_customer(fields={"name": "Acme", "phone": "+49 30 1111"})
    changed = change_customer(customer=customer, fields={"phone": "+49 30 2222"}, seen=version(customer, FIELDS))
    assert points(changed) == [("phone", "+49 30 2222", "49302222")]


def test_saving_what_stands_changes_nothing() -> None:
    customer = imported()
    same = change_customer(customer=customer, fields={"name": customer.name}, seen=version(customer, FIELDS))
    assert version(same, FIELDS) == version(customer, FIELDS)
    assert SourceRecord.objects.count() == 1


def test_who_comes_second_is_told() -> None:
    customer = imported()
    seen = version(customer, FIELDS)
    change_customer(customer=customer, fields={"city": "Milan"}, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        change_customer(customer=customer, fields={"city": "Turin"}, seen=seen)
    customer.refresh_from_db()
    assert customer.city == "Milan"


def test_a_file_of_a_source_called_crm_does_not_pass_for_what_people_typed(tmp_path: Path) -> None:
    first = create_customer(fields={"name": "Acme"})
    rows = [[first.pk, "Other"], [first.pk + 1, "Next"], [first.pk + 2, "After"]]
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name", rows), source="crm")
    first.refresh_from_db()
    assert first.name == "Acme"
    assert create_customer(fields={"name": "Third"}).name == "Third"
