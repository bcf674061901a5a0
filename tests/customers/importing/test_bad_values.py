"""One bad cell is rejected by line and column, and never keeps the other rows out."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from customers.importing.encoding import UnknownEncoding
from customers.importing.opening import Unreadable
from customers.models import Customer, ImportBatch, OrderLine
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db

ORDERS = "external_id,placed_at,status,quantity,unit_price"
GOOD = ["good", "2024-03-01", "placed", 1, "2.5"]


def rejects(batch: ImportBatch) -> list[tuple[int, str, str]]:
    return list(batch.rejects.values_list("line", "column", "reason"))


def write_book(path: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_an_amount_too_large_to_be_stored(tmp_path: Path) -> None:
    bad = ["bad", "2024-03-01", "placed", "99999999999999", "99999999999999"]
    batch = load("orders", write_csv(tmp_path / "o.csv", ORDERS, [bad, GOOD]))
    assert counts(batch) == {"rows": 2, "created": 1, "rejected": 1}
    assert rejects(batch) == [(2, "unit_price", "the amount is too large")]


def test_digits_of_other_scripts_are_numbers(tmp_path: Path) -> None:
    wide = ["wide", "2024-03-01", "placed", "１２", "１.５"]
    batch = load("orders", write_csv(tmp_path / "o.csv", ORDERS, [wide, GOOD]))
    assert counts(batch) == {"rows": 2, "created": 2}
    assert OrderLine.objects.get(order__number="wide").amount_company == 18


def test_a_nul_in_a_value_that_the_reason_quotes(tmp_path: Path) -> None:
    bad = ["bad", "2024-03-01", "pla\0ced", 1, 1]
    batch = load("orders", write_csv(tmp_path / "o.csv", ORDERS, [bad, GOOD]))
    assert rejects(batch) == [(2, "status", "“pla␀ced” is none of placed, shipped, cancelled, returned")]
    assert counts(batch) == {"rows": 2, "created": 1, "rejected": 1}


def test_a_nul_in_a_line_of_a_queue_log(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_bytes(b"1|c1|q|a|ENTERQUEUE|||1\n2|c\0\xff\n3|c\0")
    batch = load("calls", log)
    assert counts(batch) == {"rows": 3, "created": 1, "rejected": 2}
    assert [reject.row for reject in batch.rejects.all()] == [{"line": "2|c␀�"}, {"line": "3|c␀"}]


def test_what_a_row_says_of_a_customer_nobody_knows(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "o.csv",
        "external_id,customer_external_id,placed_at,quantity,unit_price,land",
        [["1", "7", "2024-03-01", 1, 1, "x" * 101], ["2", "8", "2024-03-01", 1, 1, "DE"]],
    )
    batch = load("orders", file, mapping={"create_missing": {"customers": {"country": "land"}}})
    assert counts(batch) == {"rows": 2, "created": 1, "rejected": 1}
    assert rejects(batch) == [(2, "country", "longer than 100 characters")]


def test_numbers_and_dates_of_a_workbook_need_no_format(tmp_path: Path) -> None:
    """The mapping's formats say how texts are written; a cell that holds a number or a date is one already."""
    moment = datetime(2024, 3, 1, 10, 30)  # noqa: DTZ001 - a workbook knows no zones
    rows: list[list[object]] = [[*ORDERS.split(",")], ["1", moment, "placed", 2.5, "1.234,5"]]
    load("orders", write_book(tmp_path / "o.xlsx", rows), mapping={"decimal": ",", "date": "%d.%m.%Y"})
    line = OrderLine.objects.get()
    assert (line.quantity, line.unit_price) == (Decimal("2.5"), Decimal("1234.5"))
    assert f"{line.order.placed_at:%Y-%m-%d %H:%M}" == "2024-03-01 10:30"


def test_a_source_named_in_capitals_frees_the_row_when_its_record_comes(tmp_path: Path) -> None:
    row = ["1", "2024-03-01", 1, 1, "ERP/7"]
    parked = load(
        "orders",
        write_csv(tmp_path / "o.csv", "external_id,placed_at,quantity,unit_price,customer_external_id", [row]),
    )
    assert counts(parked) == {"rows": 1, "parked": 1}
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name", [["7", "Acme"]]), source="ERP")
    assert OrderLine.objects.get().order.customer == Customer.objects.get()


@pytest.mark.parametrize(
    ("data", "name"),
    [("external_id,name\n1,Ä\n".encode("utf-16") + b"x", "UTF-16"), (b"\xef\xbb\xbfa,b\n\xff", "UTF-8")],
)
def test_a_file_that_is_not_what_its_mark_says(tmp_path: Path, data: bytes, name: str) -> None:
    file = tmp_path / "c.csv"
    file.write_bytes(data)
    with pytest.raises(UnknownEncoding, match=f"begins like {name} but is damaged"):
        load("customers", file)


def test_a_workbook_whose_sheet_is_cut(tmp_path: Path) -> None:
    whole = write_book(tmp_path / "whole.xlsx", [["external_id", "name"], ["1", "Acme"]])
    cut = io.BytesIO()
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(cut, "w") as copy:
        for name in archive.namelist():
            part = archive.read(name)
            copy.writestr(name, part[: len(part) // 2] if "sheet1" in name else part)
    (tmp_path / "cut.xlsx").write_bytes(cut.getvalue())
    with pytest.raises(Unreadable, match="The workbook is damaged"):
        load("customers", tmp_path / "cut.xlsx")
