from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper

from customers.importing import applying, frame, registry
from customers.importing.sql import BUCKETS
from customers.models import Customer, ImportBatch, Order, OrderLine, Product
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db

ORDERS = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
Range = tuple[int, int]


@pytest.fixture
def chunks(monkeypatch: pytest.MonkeyPatch) -> list[Range]:
    """The ranges of buckets that are applied, noted; the first chunk has about seven rows."""
    taken: list[Range] = []

    def take(cursor: CursorWrapper, batch: ImportBatch, *, first: int, last: int) -> None:
        taken.append((first, last))
        take_chunk(cursor, batch, first=first, last=last)

    take_chunk = frame.take_chunk
    monkeypatch.setattr(frame, "take_chunk", take)
    monkeypatch.setattr(applying, "FIRST_ROWS", 7)
    monkeypatch.setattr(applying, "LEAST_ROWS", 1)
    return taken


def orders_file(folder: Path, *, orders: int) -> Path:
    """Of three lines each."""
    rows = [[f"o{n}", f"c{n % 9}", "2024-01-01", f"P{line}", 1, 2] for line in range(3) for n in range(orders)]
    return write_csv(folder / "orders.csv", ORDERS, rows)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    return orders_file(tmp_path, orders=40)


def bare() -> dict[str, Any]:
    return {"create_missing": {"customers": {}}}


def test_chunks_follow_one_another_to_the_end(orders: Path, chunks: list[Range]) -> None:
    assert counts(load("orders", orders, mapping=bare())) == {"rows": 120, "created": 120}
    assert (Order.objects.count(), OrderLine.objects.count(), Customer.objects.count()) == (40, 120, 9)
    assert len(chunks) > 1
    assert [first for first, _last in chunks] == [0, *(last for _first, last in chunks[:-1])]
    assert chunks[-1][1] == BUCKETS


def test_quick_chunks_are_followed_by_larger_ones(
    orders: Path, chunks: list[Range], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK_S", 1_000)
    load("orders", orders, mapping=bare())
    assert [last - first for first, last in chunks[:2]] == [7 * BUCKETS // 120, 14 * BUCKETS // 120]


@pytest.mark.slow
def test_slow_chunks_are_followed_by_smaller_ones(
    tmp_path: Path, chunks: list[Range], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK_S", 0.000_001)
    load("orders", orders_file(tmp_path, orders=8), mapping=bare())  # a chunk a row: few will do
    assert chunks[1][1] - chunks[1][0] == BUCKETS // 24
    assert Order.objects.count() == 8


def test_a_dry_run_counts_every_chunk_and_writes_none(orders: Path, chunks: list[Range]) -> None:
    assert counts(load("orders", orders, mapping=bare(), dry_run=True)) == {"rows": 120, "created": 120}
    assert len(chunks) > 1
    assert (Order.objects.count(), Customer.objects.count(), Product.objects.count()) == (0, 0, 0)


@pytest.fixture
def merged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many orders there were each time that the entries of trigram indexes were merged."""
    found: list[int] = []
    monkeypatch.setattr(applying.pending_entries, "merge_all", lambda: found.append(Order.objects.count()))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "left_after_chunks"), [(1, 1), (14, 2), (15, 3), (1_000, 0)])
def test_entries_are_merged_after_so_many_rows_and_at_the_end(
    orders: Path,
    chunks: list[Range],
    merged: list[int],
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
    left_after_chunks: int,
) -> None:
    monkeypatch.setattr(applying, "MOST_ROWS", 7)
    monkeypatch.setattr(applying, "LEAST_ROWS", 7)
    monkeypatch.setattr(applying, "MERGED_ROWS", rows)
    load("orders", orders, mapping=bare())
    assert len(merged) == 1 + (len(chunks) // left_after_chunks if left_after_chunks else 0)
    assert merged[0] > 0
    assert merged[-1] == 40


@pytest.mark.slow
def test_where_several_rows_of_a_file_change_one_customer_they_count_as_one(
    orders: Path, chunks: list[Range], merged: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._specs, "orders", replace(registry.get_spec("orders"), lines=3))
    monkeypatch.setattr(applying, "MOST_ROWS", 7)
    monkeypatch.setattr(applying, "LEAST_ROWS", 7)
    monkeypatch.setattr(applying, "MERGED_ROWS", 7)
    load("orders", orders, mapping=bare())
    assert len(merged) == 1 + len(chunks) // 3


def test_entries_of_one_that_died_after_its_last_chunk_are_merged(
    orders: Path, merged: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying.freeing, "free_due", died)
    with pytest.raises(KeyboardInterrupt):
        load("orders", orders, mapping=bare())
    assert merged == []
    monkeypatch.undo()
    monkeypatch.setattr(applying.pending_entries, "merge_all", lambda: merged.append(Order.objects.count()))
    applying.apply_rest(ImportBatch.objects.get())
    assert merged == [40]


def died() -> None:
    raise KeyboardInterrupt


def test_an_empty_file_is_one_chunk(tmp_path: Path, chunks: list[Range]) -> None:
    assert counts(load("orders", write_csv(tmp_path / "o.csv", ORDERS, []))) == {}
    assert chunks == [(0, BUCKETS)]
