"""Writing spreadsheets (XLSX): the guard of CSV files, one way to hand one to a browser."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.http import FileResponse
from django.utils.translation import gettext as _

from crm.common.csv_files import safe_cell
from crm.common.days import company_zone
from crm.common.errors import DomainError

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_ROWS: Final = 1_048_576  # the header among them

LONGEST_CELL: Final = 32_767  # openpyxl would cut what is longer
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class TooManyRows(DomainError):
    """More than a sheet can hold."""


def write_xlsx(to: "Path | IO[bytes]", rows: Iterable[Iterable[object]], *, title: str) -> None:
    """One sheet, row by row, so that memory stays flat. Numbers and days stay what they are, moments are the company's
    and text is text: what a spreadsheet would run as a formula is guarded as in CSV files. Raises TooManyRows.
    """
    with new_sheet(to, title=title) as sheet:
        sheet.freeze_panes = "A2"
        _fill(sheet, rows)


@contextmanager
def new_sheet(to: "Path | IO[bytes]", *, title: str) -> Iterator[Any]:
    """To append rows to, which are kept nowhere but on the disk; saved when nothing fails."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy: openpyxl

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    try:
        yield sheet
    except BaseException:
        sheet.close()  # what was written so far lies in a temporary file
        raise
    book.save(to)


def text_cells(sheet: Any) -> Callable[[str], Any]:
    """What makes cells of texts that stay texts, also where they look like a formula or an error."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy: openpyxl

    def text_cell(text: str) -> Any:
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        return cell

    return text_cell


def xlsx_download(rows: Iterable[Iterable[object]], *, title: str, filename: str) -> FileResponse:
    """The rows as a file; one of no name on the disk until it is sent."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, rows, title=title)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=CONTENT_TYPE)


def _fill(sheet: Any, rows: Iterable[Iterable[object]]) -> None:
    text_cell = text_cells(sheet)

    def cell(value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(company_zone()).replace(tzinfo=None)
        if value is None or isinstance(value, int | float | Decimal | date):
            return value
        return text_cell(_NOT_IN_XML.sub("", safe_cell(value))[:LONGEST_CELL])

    for place, row in enumerate(rows):
        if place == MOST_ROWS:
            words = _("A sheet cannot hold more than %(limit)d rows; write a CSV file.")
            raise TooManyRows(words % {"limit": MOST_ROWS})
        sheet.append([cell(value) for value in row])
