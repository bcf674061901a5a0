"""Who is marked where the customer's own row stays as it is."""

from pathlib import Path

import pytest

from customers.identity.hygiene.following import refresh_hygiene
from customers.models import Customer, CustomerHygiene, HygieneMark, SourceSystem
from tests.customers.importing.files import load, write_csv
from tests.factories.importing import SourceSystemFactory

pytestmark = pytest.mark.django_db
HEADERS = "external_id,name,tax_id,city"


def deliver(folder: Path, source: str, city: str) -> None:
    rows = [["c1", "Ada", "DE136695976", city]]
    load("customers", write_csv(folder / f"{source}{city}.csv", HEADERS, rows), source=source)


def test_a_record_that_nothing_is_taken_from_confirms_its_customer(tmp_path: Path) -> None:
    SourceSystemFactory.create(key="erp", rank=1)
    SourceSystemFactory.create(key="shop", rank=2)
    deliver(tmp_path, "erp", "Bonn")
    refresh_hygiene()
    for city in ("Rome", "Oslo"):
        deliver(tmp_path, "shop", city)
        customer = Customer.objects.get()
        assert customer.city == "Bonn"
        assert set(HygieneMark.objects.values_list("customer_id", flat=True)) == {customer.pk}
        refresh_hygiene()
    deliver(tmp_path, "shop", "Oslo")
    assert not HygieneMark.objects.exists()
    assert CustomerHygiene.objects.get().system_id == SourceSystem.objects.get(key="erp").pk
