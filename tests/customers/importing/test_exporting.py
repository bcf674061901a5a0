import errno
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import psycopg
import pytest
from django.db import transaction

from customers.importing import exporting, exports
from customers.importing.exporting import CannotWrite, UnknownSource, export_file
from customers.importing.exports import Export
from tests.factories.importing import SourceSystemFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
HEADER = ["source", "external_id", "invoice_external_id", "paid_on", "amount"]
Of = Callable[[str], None]


@pytest.fixture
def of(monkeypatch: pytest.MonkeyPatch) -> Of:
    """Let a file of payments have these rows."""

    def give(select: str) -> None:
        monkeypatch.setitem(exports._exports, "payments", Export(kind="payments", select=select))

    return give


def written(path: Path, *, source: str = "") -> int:
    return export_file(kind="payments", path=path, as_of=DAY, source=source)


def cells(path: Path) -> list[tuple[object, ...]]:
    (sheet,) = openpyxl.load_workbook(path).worksheets
    assert sheet.title == "payments"
    return list(sheet.iter_rows(values_only=True))


def test_the_rows_are_those_of_the_source_and_the_day_asked_for(of: Of, tmp_path: Path) -> None:
    of("SELECT %(system)s::bigint, 'a,b', NULL, %(as_of)s::date, 0.5")
    shop = SourceSystemFactory.create(key="web-shop")
    header = ",".join(HEADER)
    assert written(tmp_path / "x.CSV") == 1
    assert (tmp_path / "x.CSV").read_text() == f'{header}\n,"a,b",,2026-03-01,0.5\n'
    written(tmp_path / "x.CSV", source="Web shop")
    assert (tmp_path / "x.CSV").read_text() == f'{header}\n{shop.pk},"a,b",,2026-03-01,0.5\n'


def test_where_there_is_no_source_at_all_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource, match="“shop” is no source; there are: none"):
        written(tmp_path / "x.csv", source="shop")
    for key in ("b", "a"):
        SourceSystemFactory.create(key=key)
    with pytest.raises(UnknownSource, match="“shop” is no source; there are: a, b"):
        written(tmp_path / "x.csv", source="shop")


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("12", 12),
        ("12.0000", 12),
        ("-0.5", -0.5),
        ("999999999999999", 999_999_999_999_999),
        ("1000000000000000", "1000000000000000"),  # a sheet would round it
        ("-1000000000000000", "-1000000000000000"),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("many", "many"),
        ("", None),
    ],
)
def test_a_number_is_one_in_a_sheet_where_none_of_its_digits_is_lost(
    digits: str, value: object, of: Of, tmp_path: Path
) -> None:
    of(f"SELECT '=1+1', '12', E'a_x000D_\\r', NULL, '{digits}'")
    assert written(tmp_path / "x.xlsx") == 1
    header, row = cells(tmp_path / "x.xlsx")
    assert list(header) == HEADER
    assert row == ("=1+1", "12", "a_x005F_x000D__x000D_", None, value)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert [cell.data_type for cell in sheet[2]][:3] == ["s", "s", "s"]


def test_a_sheet_holds_its_header_and_as_many_rows_as_fit(
    of: Of, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "LAST_ROW", 4)
    of("SELECT '', n, NULL, NULL, NULL FROM generate_series(1, 3) n")
    assert written(tmp_path / "x.xlsx") == 3
    of("SELECT '', n, NULL, NULL, NULL FROM generate_series(1, 4) n")
    with pytest.raises(CannotWrite, match=r"more than 4 rows; write a CSV file"):
        written(tmp_path / "y.xlsx")
    assert written(tmp_path / "y.csv") == 4


@pytest.mark.parametrize(("length", "fits"), [(32_767, True), (32_768, False)])
def test_a_text_a_cell_can_hold_is_whole(length: int, fits: bool, of: Of, tmp_path: Path) -> None:
    of(f"SELECT '', repeat('x', {length}), NULL, NULL, NULL")
    if fits:
        written(tmp_path / "x.xlsx")
        assert len(str(cells(tmp_path / "x.xlsx")[1][1])) == length
    else:
        with pytest.raises(CannotWrite, match="too long for a cell"):
            written(tmp_path / "x.xlsx")


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_what_fails_leaves_the_file_of_before(name: str, of: Of, tmp_path: Path) -> None:
    (tmp_path / name).write_text("before")
    of("SELECT '', '', '', NULL, 1 / (2 - n) FROM generate_series(1, 3) n")
    with pytest.raises(psycopg.Error), transaction.atomic():
        written(tmp_path / name)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "before")]


def test_a_disk_that_is_full_is_told_and_nothing_is_left(of: Of, tmp_path: Path) -> None:
    of("SELECT repeat('x', 100000), '', '', NULL, 1")
    (tmp_path / "x.csv.part").symlink_to("/dev/full")
    with pytest.raises(CannotWrite) as refused:
        written(tmp_path / "x.csv")
    assert str(refused.value).endswith("x.csv cannot be written: No space left on device")
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOSPC
    assert not (tmp_path / "x.csv").exists()
