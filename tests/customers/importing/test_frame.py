from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from customers.importing import frame, registry
from customers.importing.registry import Counts, get_spec
from customers.importing.sql import BUCKETS, stage_name
from customers.importing.staging import stage
from customers.models import Customer, ImportBatch, Order, ParkedRow, SourceRecord
from tests.customers.importing.files import load, write_csv
from tests.factories.importing import ImportBatchFactory, ParkedRowFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db
ORDERS = "external_id,customer_external_id,placed_at,quantity,unit_price"


@pytest.fixture
def cursor() -> Iterator[CursorWrapper]:
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


def staged(path: Path, kind: str, headers: str, rows: list[list[Any]]) -> ImportBatch:
    """A file of the shop's, read and not applied."""
    batch = ImportBatchFactory.create(
        system=SourceSystemFactory.create(key="shop"), kind=kind, path=str(write_csv(path, headers, rows))
    )
    stage(batch)
    return batch


def taken(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT _key FROM imp_rows ORDER BY _key")
    return [key for (key,) in cursor.fetchall()]


def test_a_chunk_is_the_rows_of_its_buckets(cursor: CursorWrapper, tmp_path: Path) -> None:
    batch = staged(tmp_path / "c.csv", "customers", "external_id,name", [[n, "Ada"] for n in range(9)])
    cursor.execute(f"SELECT _bucket FROM {stage_name(batch.pk)} WHERE _key = '4'")
    (bucket,) = cursor.fetchone()
    parts = []
    for first, last in ((0, bucket), (bucket, bucket + 1), (bucket + 1, BUCKETS), (bucket, bucket)):
        frame.take_chunk(cursor, batch, first=first, last=last)
        parts.append(taken(cursor))
    assert (parts[1], parts[3]) == (["4"], [])
    assert sorted(parts[0] + parts[2]) == [str(n) for n in range(9) if n != 4]


def test_what_becomes_of_each_row_is_counted_by_the_rows_of_the_file(cursor: CursorWrapper, tmp_path: Path) -> None:
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name", [["c1", "Ada"], ["c2", "Bob"]]))
    same, old = ["o1", "c1", "2024-01-01", 1, 1], ["o2", "c1", "2024-01-01", 1, 1]
    load("orders", write_csv(tmp_path / "o.csv", ORDERS, [same, old]))
    waits, torn = ["o4", "c9", "2024-01-01", 1, 1], ["o5", "c1", "2024-01-01", 1, 1]
    rows = [same, [*old[:3], 7, 1], ["o3", "c2", "2024-01-01", 1, 1], ["o3", "c2", "2024-01-01", 2, 1], waits, waits,
            waits, torn, [torn[0], "c2", *torn[2:]]]  # fmt: skip
    batch = staged(tmp_path / "p.csv", "orders", ORDERS, rows)
    frame.take_chunk(cursor, batch, first=0, last=BUCKETS)
    assert frame.apply_rows(cursor, batch) == Counts(created=2, updated=1, unchanged=1, parked=3, rejected=2)
    assert list(Order.objects.order_by("number").values_list("number", "amount")) == [("o1", 1), ("o2", 7), ("o3", 3)]
    assert ParkedRow.objects.get().batch == batch
    frame.take_chunk(cursor, batch, first=0, last=0)
    assert frame.apply_rows(cursor, batch) == Counts()


def test_the_customers_that_change_are_locked_last(cursor: CursorWrapper, tmp_path: Path) -> None:
    headers, bob = "external_id,name,tax_id", ["c2", "Bob", ""]
    load("customers", write_csv(tmp_path / "c.csv", headers, [["c1", "Ada", "DE123456"], bob]))
    batch = staged(tmp_path / "d.csv", "customers", headers, [["c1", "Ann", "DE123456"], bob, ["c3", "Cy", ""]])
    frame.take_chunk(cursor, batch, first=0, last=BUCKETS)
    assert frame.apply_rows(cursor, batch) == Counts(created=1, updated=1, unchanged=1)
    assert list(Customer.objects.order_by("name").values_list("name", flat=True)) == ["Ada", "Bob"]
    assert frame.close(cursor, get_spec("customers")) == 1  # the new one is nobody else's yet
    assert list(Customer.objects.order_by("name").values_list("name", flat=True)) == ["Ann", "Bob", "Cy"]


def test_where_a_chunk_brings_nothing_new_nothing_is_prepared_written_or_locked(
    cursor: CursorWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    spec = replace(
        get_spec("customers"),
        prepare=(lambda _cursor: done.append("prepare"), *get_spec("customers").prepare),
        write=(lambda _cursor: done.append("write"), *get_spec("customers").write),
        close=(lambda _cursor: done.append("close"), *get_spec("customers").close),
    )
    monkeypatch.setitem(registry._specs, "customers", spec)
    rows: list[list[Any]] = [["c1", "Ada"], ["c2", "Bob"]]
    done_by = []
    for given in (rows, rows, [["c1", "Ada"], ["c2", "Bo"]]):
        batch = staged(tmp_path / "c.csv", "customers", "external_id,name", given)
        frame.take_chunk(cursor, batch, first=0, last=BUCKETS)
        counts = frame.apply_rows(cursor, batch)
        done_by.append((counts, frame.close(cursor, spec), done[:]))
        done.clear()
    assert done_by == [
        (Counts(created=2), 0, ["prepare", "write", "close"]),
        (Counts(unchanged=2), 0, []),
        (Counts(updated=1, unchanged=1), 1, ["prepare", "write", "close"]),
    ]
    assert list(Customer.objects.order_by("name").values_list("name", flat=True)) == ["Ada", "Bo"]


def test_of_a_kind_that_changes_no_customer_none_is_locked(cursor: CursorWrapper, tmp_path: Path) -> None:
    batch = staged(tmp_path / "p.csv", "products", "external_id,name", [["P1", "Cup"]])
    frame.take_chunk(cursor, batch, first=0, last=BUCKETS)
    frame.apply_rows(cursor, batch)
    cursor.execute("DROP TABLE imp_touched")  # it is not looked at
    assert frame.close(cursor, get_spec("products")) == 0


def test_a_kind_may_do_all_of_it_itself(cursor: CursorWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[str], ImportBatch]] = []

    def apply(cursor: CursorWrapper, batch: ImportBatch) -> Counts:
        seen.append((taken(cursor), batch))
        return Counts(unchanged=7)

    monkeypatch.setitem(registry._specs, "products", replace(get_spec("products"), apply=apply))
    batch = staged(tmp_path / "p.csv", "products", "external_id,name", [["P1", "Cup"]])
    frame.take_chunk(cursor, batch, first=0, last=BUCKETS)
    assert (frame.apply_rows(cursor, batch), seen) == (Counts(unchanged=7), [(["P1"], batch)])
    assert not SourceRecord.objects.exists()


def test_of_the_parked_rows_those_still_there_are_taken_once(cursor: CursorWrapper) -> None:
    shop = SourceSystemFactory.create(key="shop")
    line = {"_line": 2, "_bucket": 1, "_system_id": shop.pk, "placed_at": "2024-01-01T00:00:00+00:00"}
    parked = [
        ParkedRowFactory.create(system=shop, external_id=key, rows=[{**line, "_key": key}] * lines)
        for key, lines in (("o1", 2), ("o2", 1), ("o3", 1))
    ]
    parked[1].delete()
    ids = [parked[0].pk, parked[0].pk + 1]
    frame.take_parked(cursor, get_spec("orders"), system=shop, ids=ids, wait_s=1)
    assert taken(cursor) == ["o1", "o1"]
    assert list(ParkedRow.objects.all()) == [parked[2]]
    frame.take_parked(cursor, get_spec("orders"), system=shop, ids=ids, wait_s=1)
    assert taken(cursor) == []
