from pathlib import Path
from typing import Any

import pytest

from customers.models import Contact, Customer, ImportBatch, Order, ParkedRow, SourceRecord
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db
BARE: dict[str, Any] = {"create_missing": {"customers": {"country": "land", "city": "town"}}}
HEADERS = "external_id,customer_external_id,placed_at,quantity,unit_price,land,town"


def order(folder: Path, *rows: tuple[str, str, str, str, str], mapping: dict[str, Any] = BARE) -> ImportBatch:
    """Orders as (number, customer, day, land, town)."""
    lines = [[number, customer, day, 1, 1, land, town] for number, customer, day, land, town in rows]
    return load("orders", write_csv(folder / "o.csv", HEADERS, lines), mapping=mapping)


def said() -> dict[str, tuple[str, str, str]]:
    return {str(one.link_key): (one.name, one.country, one.city) for one in Customer.objects.all()}


def test_one_is_made_of_what_rows_say_and_called_by_its_id(tmp_path: Path) -> None:
    order(tmp_path, ("o1", "c1", "2024-01-01", "DE", ""), ("o2", "", "2024-01-01", "FR", "Paris"))
    assert said() == {"rec:shop/c1": ("c1", "DE", "")}
    customer, record = Customer.objects.get(), SourceRecord.objects.get(kind="customers")
    assert (record.customer, record.object_id, record.external_id) == (customer, customer.pk, "c1")
    assert record.payload == {"name": "c1", "country": "DE", "seen_at": "2024-01-01T00:00:00.000000"}
    assert customer.provenance == {"name": record.pk, "country": record.pk}
    assert list(Order.objects.order_by("number").values_list("customer", flat=True)) == [customer.pk, None]


def test_the_newest_row_has_the_last_word_whichever_comes_first(tmp_path: Path) -> None:
    order(tmp_path, ("o1", "c1", "2024-01-02", "DE", "Ulm"), ("o2", "c1", "2024-01-01", "AT", "Graz"))
    assert said() == {"rec:shop/c1": ("c1", "DE", "Ulm")}
    pk = Customer.objects.get().pk
    order(tmp_path, ("o3", "c1", "2023-12-31", "FR", "Nice"))
    assert said() == {"rec:shop/c1": ("c1", "DE", "Ulm")}
    order(tmp_path, ("o4", "c1", "2024-01-02", "AT", "Ulm"))  # of one moment, whichever is larger as text
    assert said() == {"rec:shop/c1": ("c1", "DE", "Ulm")}
    order(tmp_path, ("o5", "c1", "2024-01-03", "IT", ""))
    assert said() == {"rec:shop/c1": ("c1", "IT", "")}
    assert Customer.objects.get().pk == pk


def test_who_has_a_row_of_their_own_is_left_as_that_says(tmp_path: Path) -> None:
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name,country", [["c1", "Ada", "GB"]]))
    order(tmp_path, ("o1", "c1", "2024-01-01", "DE", "Ulm"))
    assert [(name, country, city) for name, country, city in said().values()] == [("Ada", "GB", "")]
    assert Order.objects.get().customer == Customer.objects.get()


def test_nothing_is_made_of_another_system_s_or_where_the_mapping_does_not_say_so(tmp_path: Path) -> None:
    one = SourceRecordFactory.create(system=SourceSystemFactory.create(key="crm"), external_id="7").customer
    batch = order(tmp_path, ("o1", "crm/7", "2024-01-01", "DE", ""), ("o2", "crm/8", "2024-01-01", "DE", ""))
    assert counts(batch) == {"rows": 2, "created": 1, "parked": 1}
    assert counts(order(tmp_path, ("o3", "c1", "2024-01-01", "DE", ""), mapping={})) == {"rows": 1, "parked": 1}
    assert list(Customer.objects.all()) == [one]


def test_what_waited_for_one_is_applied_when_it_is_made(tmp_path: Path) -> None:
    load("contacts", write_csv(tmp_path / "k.csv", "external_id,customer_external_id,name", [["k1", "c1", "Eva"]]))
    assert ParkedRow.objects.get().waits_for_id == "c1"
    order(tmp_path, ("o1", "c1", "2024-01-01", "", ""))
    assert not ParkedRow.objects.exists()
    assert Contact.objects.get().customer == Customer.objects.get()
