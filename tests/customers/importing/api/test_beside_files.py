"""Requests and files at the same records: nobody waits for ever, nothing is lost, and somebody is told."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from crm.common import locks
from customers.importing.api import writing
from customers.models import Customer, ImportBatch, SourceRecord
from tests.customers.importing.api.asking import Asking
from tests.customers.importing.files import load
from tests.database import another_connection

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_who_finds_the_source_and_kind_taken_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Asking()
    monkeypatch.setattr(writing, "PATIENCE_S", 0.1)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.source("shop", "customers"))
        status, found = shop.put("customers", "1", name="Ada")
        assert status == 503
        assert "importing what is of this kind and source" in found["errors"][0]["message"]
        assert shop.put("products", "1", name="Cup")[0] == 201
    assert shop.put("customers", "1", name="Ada")[0] == 201


def test_eight_clients_write_each_record_once() -> None:
    shop = Asking()

    def put(number: int) -> int:
        try:
            return shop.put("customers", str(number % 10), name=f"N{number % 10}")[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(put, range(40)))

    assert sorted(set(statuses)) == [200, 201]
    assert Customer.objects.count() == SourceRecord.objects.count() == 10
    batch = ImportBatch.objects.get()
    assert (batch.rows, batch.created + batch.unchanged) == (40, 40)


def test_what_a_file_brought_is_unchanged_by_the_api_and_the_other_way_round(tmp_path: Path) -> None:
    shop = Asking()
    file = tmp_path / "c.csv"
    file.write_text("external_id,name,city\n1,Ada,Ulm\n2,Eve,\n")
    load("customers", file)
    assert shop.put("customers", "1", name="Ada", city="Ulm")[1]["result"] == "unchanged"
    assert shop.put("customers", "3", name="Tom")[1]["result"] == "created"
    file.write_text("external_id,name\n3,Tom\n")
    assert load("customers", file).unchanged == 1
