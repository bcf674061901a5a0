import zipfile
from pathlib import Path

import pytest

from customers.importing.cell_text import WINDOWS_EPOCH, converters
from customers.importing.rows import BrokenRow, Row
from customers.importing.sheets import column_letters, column_number, read_rows
from customers.importing.strings import SharedStrings
from tests.customers.importing.books import text_cell, write_book


def rows(tmp_path: Path, data: str) -> list[Row | BrokenRow]:
    path = write_book(tmp_path / "x.xlsx", data)
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        return list(read_rows(archive, part, SharedStrings(), converters([0], {}, epoch=WINDOWS_EPOCH)))


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")])
def test_columns_have_letters(number: int, letters: str) -> None:
    assert column_letters(number) == letters
    assert column_number(letters) == number


@pytest.mark.parametrize("letters", ["XFE", "a", "Ä", "1"])
def test_other_columns_there_are_not(letters: str) -> None:
    with pytest.raises(ValueError, match="no column"):
        column_number(letters)


def test_cells_stand_where_they_say_or_next_to_the_last(tmp_path: Path) -> None:
    data = f"<row r='2'>{text_cell('B2', 'x')}<c t='str'><v>y</v></c>{text_cell('E2', 'z')}{text_cell('A2', 'w')}</row>"
    assert rows(tmp_path, data) == [(2, ["w", "x", "y", "", "z"])]


def test_rows_without_a_number_follow_the_last_and_empty_ones_count(tmp_path: Path) -> None:
    data = f"<row>{text_cell('A1', 'a')}</row><row/><row><c r='A3'/></row><row>{text_cell('A4', 'b')}</row>"
    assert rows(tmp_path, data) == [(1, ["a"]), (4, ["b"])]
    assert rows(tmp_path, f"<row r='1000'>{text_cell('A1000', 'a')}</row>") == [(1000, ["a"])]


def test_a_formula_says_what_it_came_to(tmp_path: Path) -> None:
    division = "<c r='B1'><f>1/0</f></c><c r='C1' t='e'><f>1/0</f><v>#DIV/0!</v></c>"
    data = f"<row><c r='A1'><f>1+1</f><v>2</v></c>{division}</row>"
    assert rows(tmp_path, data) == [(1, ["2", "", "#DIV/0!"])]


def test_a_row_too_wide_breaks_and_the_next_is_read(tmp_path: Path) -> None:
    data = f"<row>{text_cell('SG1', 'x')}{text_cell('SH1', 'x')}</row><row>{text_cell('SF2', 'y')}</row>"
    broken, fine = rows(tmp_path, data)
    assert isinstance(broken, BrokenRow)
    assert (broken.line, str(broken)) == (1, "There is a cell in column SG; at most 500 columns are read.")
    assert fine == (2, [*[""] * 499, "y"])
