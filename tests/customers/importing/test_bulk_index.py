from pathlib import Path

import pytest
from django.db import connection

from customers.importing import bulk_index
from customers.models import Customer
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db


def switched_on() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE 'fastupdate=on' = ANY(reloptions)")
        return sorted(name for (name,) in cursor.fetchall())


def test_entries_are_gathered_and_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_index, "MANY_ROWS", 2)
    rows = [[number, f"Gathered {number}", f"g{number}@x.de"] for number in range(5)]
    assert counts(load("customers", write_csv(tmp_path / "c.csv", "external_id,name,email", rows))) == {
        "rows": 5,
        "created": 5,
    }
    assert switched_on() == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert Customer.objects.filter(search__contains="gathered").count() == 5


def test_only_within_the_chunk() -> None:
    with connection.cursor() as cursor, bulk_index.gathered(cursor, "customers_customer"):
        assert switched_on() == ["customer_search"]
    assert switched_on() == []
