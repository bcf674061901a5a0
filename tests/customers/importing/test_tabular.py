import gzip
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from customers.importing.opening import Unreadable
from customers.importing.tabular import BrokenRow, guess_delimiter, open_table


def read(path: Path, sheet: str = "") -> tuple[list[str], list[tuple[int, list[str]]]]:
    with open_table(path, sheet=sheet) as table:
        rows = list(table.rows)
        assert not any(isinstance(row, BrokenRow) for row in rows)
        return table.headers, [row for row in rows if not isinstance(row, BrokenRow)]


TEXT = 'a,b\n1,"two\nlines"\n\n3,"say ""hi"""\n'
ROWS = (["a", "b"], [(2, ["1", "two\nlines"]), (5, ["3", 'say "hi"'])])


def test_reads_plain_gzip_and_zip_by_content_not_name(tmp_path: Path) -> None:
    plain, packed, archive = tmp_path / "x.zip", tmp_path / "x.csv", tmp_path / "x.gz"
    plain.write_text(TEXT)
    packed.write_bytes(gzip.compress(TEXT.encode()))
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("folder/", "")
        target.writestr("folder/x.csv", TEXT)
        target.writestr("__MACOSX/folder/._x.csv", "x")
    assert read(plain) == read(packed) == read(archive) == ROWS


def test_reads_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["id", "when", "amount", "note"],
        [7, datetime.fromisoformat("2024-03-01T09:30"), 1.1, None],
        [],
        ["x", None, 100.0, "n"],
    ):
        sheet.append(row)
    path = tmp_path / "anything"
    book.save(path)
    assert read(path) == (
        ["id", "when", "amount", "note"],
        [(2, ["7", "2024-03-01T09:30:00", "1.1", ""]), (4, ["x", "", "100", "n"])],
    )
    with pytest.raises(Unreadable, match="no sheet “Other”"):
        read(path, sheet="Other")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter(delimiter: str) -> None:
    lines = [delimiter.join(cells) + "\n" for cells in (["a", "b", "c"], ["1", '"x;y,z|w"', "3"], ["4", "5", "6"])]
    assert guess_delimiter(lines) == delimiter


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (",".join(f"h{number}" for number in range(1, 502)).encode(), r"501 cells; at most 500 are read, up to “h500”"),
        (b"id," + b"x" * 201 + b"\n", "header of column 2 is longer than 200 characters: “xxxx"),
        (b"a,b,a\n1,2,3\n", "Two columns have the same header: a"),
        (b"\x1f\x8bgarbage", "damaged"),
        (b"PK\x03\x04garbage", "damaged"),
        (b"%PDF-1.7\n", "This is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office version"),
        (b"\x89PNG\r\n", "picture"),
    ],
)
def test_refuses_with_the_reason(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=message):
        read(path)


def test_a_cell_beyond_all_bounds_breaks_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n" + "x" * 1_100_000 + ",2\n3,4\n")
    with open_table(path) as table:
        rows = list(table.rows)
    assert (rows[0], rows[2]) == ((2, ["1", "2"]), (4, ["3", "4"]))
    assert isinstance(rows[1], BrokenRow)
    assert rows[1].line == 3


def test_five_hundred_columns_are_read_and_a_wider_row_breaks(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join([",".join(f"h{number}" for number in range(500)), "1" + "," * 499, "1" + "," * 500]))
    with open_table(path) as table:
        first, second = list(table.rows)
    assert len(table.headers) == 500
    assert first == (2, ["1", *[""] * 499])
    assert isinstance(second, BrokenRow)
    assert (second.line, str(second)) == (3, "There are 501 cells; at most 500 are read, up to “”.")
