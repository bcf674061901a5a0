from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from customers.importing import staging
from customers.importing.mapping import MappingError
from customers.importing.opening import Unreadable
from customers.importing.registry import get_spec
from customers.importing.sql import stage_name
from customers.importing.staging import drop, is_complete, open_source, stage
from customers.models import ImportBatch
from tests.factories.importing import ImportBatchFactory

pytestmark = pytest.mark.django_db
TEXT = "external_id,name,note\n1,Ada,x\n2,,y\n3,Bob\n4,Cy,\n"


def batch_of(path: Path, text: str = TEXT, **fields: Any) -> ImportBatch:
    path.write_text(text)
    return ImportBatchFactory.create(path=str(path), bytes_total=path.stat().st_size, **fields)


@pytest.fixture
def batch(tmp_path: Path) -> ImportBatch:
    """Of two rows that can go in and two that cannot."""
    return batch_of(tmp_path / "c.csv")


def staged(batch: ImportBatch) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT _line, _key, name, _extra FROM {stage_name(batch.pk)} ORDER BY _line")
        return cursor.fetchall()


def rejects(batch: ImportBatch) -> list[tuple[int, str, str, dict[str, str]]]:
    return list(batch.rejects.values_list("line", "column", "reason", "row"))


def stands(batch: ImportBatch) -> tuple[int, int, int, int]:
    batch.refresh_from_db()
    return batch.rows, batch.staged, batch.rejected, batch.bytes_read


@pytest.mark.parametrize("block", [1, 3, 5_000])
def test_what_can_go_in_is_staged_and_the_rest_is_told_by_its_line(
    block: int, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "BLOCK_ROWS", block)
    stage(batch)
    assert staged(batch) == [(2, "1", "Ada", '{"note": "x"}'), (5, "4", "Cy", None)]
    assert rejects(batch) == [
        (3, "name", "is required", {"external_id": "2", "name": "", "note": "y"}),
        (4, "", "has 2 cells, the header has 3", {"external_id": "3", "name": "Bob"}),
    ]
    assert stands(batch) == (4, 2, 2, len(TEXT))
    assert (batch.headers, is_complete(batch)) == (["external_id", "name", "note"], True)


def test_started_again_it_starts_anew(batch: ImportBatch) -> None:
    stage(batch)
    before = (staged(batch), rejects(batch), stands(batch))
    stage(batch)
    assert (staged(batch), rejects(batch), stands(batch)) == before


def test_rejects_counted_before_the_table_was_lost_are_not_counted_again(batch: ImportBatch) -> None:
    stage(batch)
    batch.rejects.all().delete()
    batch.buckets_done = 1
    batch.rejected = 9
    stage(batch)
    assert (rejects(batch), stands(batch)) == ([], (4, 2, 9, len(TEXT)))


def test_a_file_of_a_header_alone_is_complete_and_one_of_nothing_is_refused(tmp_path: Path) -> None:
    batch = batch_of(tmp_path / "c.csv", "external_id,name\n")
    stage(batch)
    assert (staged(batch), stands(batch), is_complete(batch)) == ([], (0, 0, 0, 17), True)
    with pytest.raises(Unreadable, match="The file is empty"):
        stage(batch_of(tmp_path / "d.csv", ""))
    with pytest.raises(MappingError):
        stage(batch_of(tmp_path / "e.csv", "id,name\n1,Ada\n"))


def test_it_is_complete_while_the_table_holds_all_rows(batch: ImportBatch) -> None:
    assert not is_complete(batch)
    stage(batch)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {stage_name(batch.pk)} WHERE _line = 2")
    assert not is_complete(batch)
    for _again in range(2):
        drop(batch)
        assert not is_complete(batch)


def test_a_reject_shows_its_row_cut_and_with_all_its_cells(tmp_path: Path) -> None:
    batch = batch_of(tmp_path / "c.csv", f"external_id,name\n1,{'x' * 2_001}\n2,a\0b,more,\n3,c,,\n")
    stage(batch)
    assert [(line, row) for line, _column, _reason, row in rejects(batch)] == [
        (2, {"external_id": "1", "name": "x" * 2_000}),
        (3, {"external_id": "2", "name": "a␀b", "column 3": "more", "column 4": ""}),
    ]
    assert [name for _line, _key, name, _extra in staged(batch)] == ["c"]


def test_a_row_that_cannot_be_read_is_told_too(tmp_path: Path) -> None:
    batch = batch_of(tmp_path / "log", "17|c|q|NONE|SING\n18|c|q|NONE|PAUSE\n", kind="calls")
    stage(batch)
    assert rejects(batch) == [(1, "event", "unknown event", {"line": "17|c|q|NONE|SING"})]
    assert stands(batch)[:3] == (2, 1, 1)


def test_a_format_of_its_own_has_the_columns_of_its_kind_and_others_are_read_as_the_mapping_says(
    tmp_path: Path,
) -> None:
    log = batch_of(tmp_path / "log", "17|c|q|NONE|PAUSE\n", kind="calls", mapping={"delimiter": ";"})
    with open_source(log, get_spec("calls")) as table:
        assert (table.headers, len(list(table.rows))) == (get_spec("calls").names, 1)
    for mapping, headers in (({}, ["a", "b;c"]), ({"delimiter": ";"}, ["a,b", "c"])):
        with open_source(batch_of(tmp_path / "c.csv", "a,b;c\n", mapping=mapping), get_spec("customers")) as table:
            assert table.headers == headers
