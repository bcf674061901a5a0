from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook

from crm.common import xlsx_files
from crm.common.company import current as company
from crm.common.xlsx_files import CONTENT_TYPE, write_xlsx, xlsx_download


def cells(*values: Any) -> list[tuple[Any, str]]:
    """(value, type) as a spreadsheet finds them."""
    file = BytesIO()
    write_xlsx(file, [values], title="t")
    return [(cell.value, cell.data_type) for cell in load_workbook(file)["t"][1]]


def test_numbers_and_days_stay_what_they_are() -> None:
    values = [1, Decimal("2.5"), True, date(2026, 1, 2), None]
    kinds = [(1, "n"), (2.5, "n"), (True, "b"), (datetime(2026, 1, 2), "d")]  # noqa: DTZ001 - a spreadsheet has no zones
    assert cells(*values, "end") == [*kinds, (None, "n"), ("end", "s")]


def test_moments_are_the_company_s() -> None:
    with company.assumed(time_zone="Asia/Shanghai"):
        at = datetime(2026, 1, 2, 18, 30, tzinfo=UTC)
        assert cells(at) == [(datetime(2026, 1, 3, 2, 30), "d")]  # noqa: DTZ001 - the same


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49 30 1234567", "+49 30 1234567"),
        ("+49301234567", "+49301234567"),
        ("007", "007"),
        ("#N/A", "#N/A"),
        ("a\x00\x0bb", "ab"),
        ("三丰 & <Co>", "三丰 & <Co>"),
        ("x" * 40_000, "x" * 32_767),
    ],
)
def test_text_is_text_and_never_a_formula(text: str, shown: str) -> None:
    assert cells(text) == [(shown, "s")]


def test_words_of_the_language_are_text() -> None:
    assert cells(gettext_lazy("Customers")) == [("Customers", "s")]


def test_the_first_row_stays_in_sight(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "x.xlsx", [("a", "b"), (1, 2)], title="customers")
    sheet = load_workbook(tmp_path / "x.xlsx")["customers"]
    assert (sheet.freeze_panes, sheet.max_row, sheet.max_column) == ("A2", 2, 2)


def test_more_than_a_sheet_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_files, "MOST_ROWS", 2)
    write_xlsx(BytesIO(), [("a",), (1,)], title="t")
    with pytest.raises(xlsx_files.TooManyRows, match="more than 2 rows"):
        write_xlsx(BytesIO(), [("a",), (1,), (2,)], title="t")


def test_is_handed_over_as_a_file() -> None:
    response = xlsx_download([("a",), (1,)], title="t", filename="x.xlsx")
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert response.headers["Content-Disposition"] == 'attachment; filename="x.xlsx"'
    assert load_workbook(BytesIO(response.getvalue()))["t"]["A2"].value == 1
    response.file_to_stream.close()
