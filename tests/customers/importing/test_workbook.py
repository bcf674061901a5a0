from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from customers.importing.opening import Unreadable
from customers.importing.rows import BrokenRow
from customers.importing.tabular import open_table
from tests.customers.importing.books import BOOK, LINKS, MAIN, sheet, text_cell, write_book


def read(path: Path, sheet: str = "") -> tuple[list[str], list[tuple[int, list[str]] | BrokenRow]]:
    with open_table(path, sheet=sheet) as table:
        return table.headers, list(table.rows)


def as_openpyxl_reads(path: Path) -> list[list[str]]:
    def text(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, float):
            return format(Decimal(repr(value)).normalize(), "f")
        return value.isoformat() if isinstance(value, date | time) else str(value)

    book = openpyxl.load_workbook(path, data_only=True)
    return [[text(value) for value in row] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(-1e15, 1e15, allow_nan=False).map(lambda value: round(value, 6)),
    st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff_"), max_size=20).filter(
        lambda text: not text.startswith("=")
    ),
    st.datetimes(datetime.fromisoformat("1904-01-02"), datetime.fromisoformat("2200-01-01")).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    st.dates(date(1904, 1, 2), date(2200, 1, 1)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8), mac=st.booleans())
def test_reads_what_openpyxl_reads(tmp_path: Path, rows: list[list[Any]], mac: bool) -> None:
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    for row in (["a", "b", "c"], *rows):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    headers, found = read(tmp_path / "x.xlsx")
    assert headers == ["a", "b", "c"]
    wanted = as_openpyxl_reads(tmp_path / "x.xlsx")
    assert found == [(line, row) for line, row in enumerate(wanted, 2) if any(row)]


def test_a_sheet_is_found_by_its_name_and_through_its_link(tmp_path: Path) -> None:
    book = BOOK.replace("</sheets>", '<sheet name="T" sheetId="2" r:id="r9"/></sheets>')
    links = LINKS.replace("</R", '<Relationship Id="r9" Type="x/worksheet" Target="/xl/Worksheets/other.xml"/></R')
    other = sheet(f"<row>{text_cell('A1', 'x')}</row>")
    path = write_book(tmp_path / "x.xlsx", f"<row>{text_cell('A1', 'id')}</row>", parts={
        "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links, "xl/worksheets/Other.xml": other,
    })  # fmt: skip
    assert read(path)[0] == ["id"]
    assert read(path, "T")[0] == ["x"]
    with pytest.raises(Unreadable, match="no sheet “U”"):
        read(path, "U")


def test_a_chart_is_no_sheet_and_a_book_without_sheets_is_empty(tmp_path: Path) -> None:
    links = LINKS.replace("/worksheet", "/chartsheet")
    path = write_book(tmp_path / "x.xlsx", "", parts={"xl/_rels/workbook.xml.rels": links})
    with pytest.raises(Unreadable, match="empty"):
        read(path)


def test_prefixed_names_are_read_as_others_are(tmp_path: Path) -> None:
    said = "<x:r><x:t>na</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh><x:r><x:t>me</x:t></x:r>"
    body = f'<x:row r="1"><x:c r="B1" t="inlineStr"><x:is>{said}</x:is></x:c></x:row>'
    part = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{body}</x:sheetData></x:worksheet>'
    path = write_book(tmp_path / "x.xlsx", parts={"xl/worksheets/sheet1.xml": part})
    assert read(path)[0] == ["column 1", "name"]
