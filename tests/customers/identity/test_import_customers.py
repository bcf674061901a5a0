from datetime import date
from pathlib import Path

import pytest

from customers.models import ContactPoint, Customer, ImportBatch, SourceRecord
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db
HEADERS = (
    "external_id", "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode",
    "industry", "language", "birth_date", "segment",
)  # fmt: skip


def deliver(folder: Path, *rows: dict[str, str], source: str = "shop") -> ImportBatch:
    lines = [[{"external_id": "c1", "name": "Ada", **row}.get(name, "") for name in HEADERS] for row in rows]
    return load("customers", write_csv(folder / "c.csv", ",".join(HEADERS), lines), source=source)


def points() -> list[tuple[str, str, str]]:
    return sorted(ContactPoint.objects.values_list("kind", "raw", "normalised"))


def test_a_row_in_full_and_one_of_a_name_alone(tmp_path: Path) -> None:
    full = {
        "kind": "PERSON", "tax_id": "DE 1234 56", "email": "Ada@X.example", "phone": "030 123456",
        "address": "Main  Street 1", "city": "Rome", "region": "Lazio", "country": "IT", "postcode": "00100",
        "industry": "Toys", "language": "it", "birth_date": "1990-01-02", "segment": "A",
    }  # fmt: skip
    assert counts(deliver(tmp_path, full, {"external_id": "c2", "name": "Bob"})) == {"rows": 2, "created": 2}
    ada, bob = Customer.objects.order_by("name").values(*HEADERS[1:-1])
    assert ada == {**{name: value for name, value in full.items() if name != "segment"}, "name": "Ada",
                   "kind": "person", "birth_date": date(1990, 1, 2)}  # fmt: skip
    assert bob == {**dict.fromkeys(HEADERS[1:-1], ""), "name": "Bob", "kind": "organization", "birth_date": None}
    assert list(Customer.objects.order_by("name").values_list("link_key", flat=True)) == [
        "person:tax:DE123456", "rec:shop/c2",
    ]  # fmt: skip
    assert points() == [
        ("address", "Main  Street 1", "main street 1"), ("email", "Ada@X.example", "ada@x.example"),
        ("phone", "030 123456", "4930123456"),
    ]  # fmt: skip
    records = SourceRecord.objects.order_by("external_id").values_list("payload", flat=True)
    assert (records[0]["extra"], records[1]) == ({"segment": "A"}, {"name": "Bob"})
    assert set(records[0]["extra"]) | set(records[0]) == {"segment", "extra", *HEADERS[1:-1]}


def test_rows_of_one_link_key_are_one_customer_in_the_file_and_beside_what_is_there(tmp_path: Path) -> None:
    first = {"tax_id": "DE123456", "phone": "030 1111"}
    assert counts(deliver(tmp_path, first, {"external_id": "c2", "tax_id": "de-123456", "name": "Ada Ltd"})) == {
        "rows": 2, "created": 2,
    }  # fmt: skip
    one = Customer.objects.get()
    deliver(tmp_path, {"external_id": "7", "tax_id": "DE 123456", "phone": "030 2222"}, source="crm")
    assert Customer.objects.get() == one
    records = one.source_records.order_by("-system__key", "external_id")
    assert list(records.values_list("system__key", "external_id", "object_id")) == [
        ("shop", "c1", one.pk), ("shop", "c2", one.pk), ("crm", "7", one.pk),
    ]  # fmt: skip
    assert [raw for _kind, raw, _normalised in points()] == ["030 1111", "030 2222"]


def test_changed_it_stays_the_customer_it_was_and_what_is_emptied_goes(tmp_path: Path) -> None:
    deliver(tmp_path, {"tax_id": "DE123456", "city": "Rome", "email": "a@x.example", "address": "Main Street 1"})
    before = Customer.objects.get()
    assert counts(deliver(tmp_path, {"tax_id": "DE999999", "email": "b@x.example"})) == {"rows": 1, "updated": 1}
    after = Customer.objects.get()
    assert (after.pk, after.link_key, after.tax_id, after.city) == (before.pk, "tax:DE123456", "DE999999", "")
    assert points() == [("email", "b@x.example", "b@x.example")]
    assert counts(deliver(tmp_path, {"tax_id": "DE999999", "email": "b@x.example"})) == {"rows": 1, "unchanged": 1}


def test_what_cannot_be_a_customer_is_rejected_by_its_column(tmp_path: Path) -> None:
    batch = deliver(
        tmp_path,
        {"name": ""},
        {"external_id": ""},
        {"kind": "robot"},
        {"birth_date": "31.12.1990"},
        {"name": "x" * 301},
    )
    assert counts(batch) == {"rows": 5, "rejected": 5}
    assert list(batch.rejects.values_list("line", "column")) == [
        (2, "name"), (3, "external_id"), (4, "kind"), (5, "birth_date"), (6, "name"),
    ]  # fmt: skip
    assert not Customer.objects.exists()
