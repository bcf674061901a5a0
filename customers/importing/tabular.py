"""Rows of a CSV file or an XLSX sheet as text, with the line each starts on; memory stays that of one block."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.utils.translation import gettext as _

from customers.importing import encoding, opening
from customers.importing.opening import Unreadable

if TYPE_CHECKING:
    from openpyxl import Workbook

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARACTERS = 64 * 1024
_LONGEST_CELL = 1024 * 1024
_LONGEST_LINE = 8 * 1024 * 1024

# What openpyxl lets through of a broken archive or sheet; an XML ParseError is a SyntaxError.
_DAMAGES = (LookupError, TypeError, ValueError, OSError, EOFError, SyntaxError, zlib.error, zipfile.BadZipFile)

Row = tuple[int, list[str]]


class BrokenRow(Exception):
    """A row that is no CSV; reading goes on behind it."""

    def __init__(self, line: int, reason: str, column: str = "", row: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column
        self.row = row or {}


@dataclass(frozen=True)
class Table:
    """An opened table: its headers, how it was read, and its rows. `rows` yields (line, cells) or a `BrokenRow`."""

    headers: list[str]
    encoding: str
    delimiter: str
    rows: Iterator[Row | BrokenRow]
    position: Callable[[], int]


@contextmanager
def open_table(path: Path, *, codec: str = "", delimiter: str = "", sheet: str = "") -> Iterator[Table]:
    """Open `path`, whatever it is; raises `Unreadable` or `UnknownEncoding` saying why not."""
    if not path.is_file():
        raise Unreadable(_("There is no file “%(path)s”.") % {"path": path})
    opener = _workbook(path, sheet) if opening.is_workbook(path) else _csv(path, codec, delimiter)
    with opener as table:
        yield table


@contextmanager
def _csv(path: Path, codec: str, delimiter: str) -> Iterator[Table]:
    codec = encoding.check_name(codec) if codec else encoding.detect(lambda: opening.blocks(path))
    with opening.opened(path) as raw:
        stream = io.TextIOWrapper(opening.buffered(raw), encoding=codec, errors="strict", newline="")
        lines = _Sampled(stream)
        delimiter = delimiter or guess_delimiter([line for line in lines.sample() if len(line) < _SAMPLE_CHARACTERS])
        csv.field_size_limit(_LONGEST_CELL)
        rows = _records(lines, delimiter)
        first = next(rows, None)
        if first is None:
            raise Unreadable(_("The file is empty."))
        if isinstance(first, BrokenRow):
            raise Unreadable(_("The first line is no CSV: %(error)s") % {"error": first})
        yield Table(_headers(first[1]), codec, delimiter, rows, raw.position)


class _Sampled:
    """Lines of a stream, the first of which can be looked at beforehand."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._ahead: list[str] = []

    def sample(self) -> list[str]:
        while sum(map(len, self._ahead)) < _SAMPLE_CHARACTERS and len(self._ahead) < 50:
            line = self._line()
            if not line:
                break
            self._ahead.append(line)
        return self._ahead

    def _line(self) -> str:
        try:
            line = self._stream.readline(_LONGEST_LINE)
        except UnicodeDecodeError as error:
            raise Unreadable(
                _("The file is not %(encoding)s: %(error)s") % {"encoding": error.encoding, "error": error.reason}
            ) from error
        if len(line) == _LONGEST_LINE:
            raise Unreadable(_("A line is longer than %(limit)d characters.") % {"limit": _LONGEST_LINE})
        return line

    def __iter__(self) -> Iterator[str]:
        yield from self._ahead
        while line := self._line():
            yield line


def guess_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts the sample into the same number of cells most often, and into most cells."""

    def score(candidate: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=candidate) if row]
        except csv.Error:
            return (0, 0)
        if not widths or widths[0] < 2:
            return (0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    return max(DELIMITERS, key=score)


def _records(lines: _Sampled, delimiter: str) -> Iterator[Row | BrokenRow]:
    reader = csv.reader(iter(lines), delimiter=delimiter)
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BrokenRow(start, str(error))
            continue
        if row:
            yield start, row


def _headers(cells: list[str]) -> list[str]:
    headers = [cell.strip().removeprefix("\ufeff") or f"column {number}" for number, cell in enumerate(cells, 1)]
    twice = sorted({header for header in headers if headers.count(header) > 1})
    if twice:
        raise Unreadable(_("Two columns have the same header: %(headers)s") % {"headers": ", ".join(twice)})
    if any("\0" in header for header in headers):
        raise Unreadable(_("The header contains a NUL character."))
    return headers


@contextmanager
def _workbook(path: Path, sheet: str) -> Iterator[Table]:
    opening.check_workbook(path)
    with path.open("rb") as raw, closing(_load(raw)) as book:
        if sheet and sheet not in book.sheetnames:
            raise Unreadable(_("The workbook has no sheet “%(sheet)s”.") % {"sheet": sheet})
        if not book.worksheets:
            raise Unreadable(_("The sheet is empty."))
        worksheet: Any = book[sheet] if sheet else book.worksheets[0]
        worksheet.reset_dimensions()
        rows = _sheet_rows(worksheet)
        first = next(rows, None)
        if first is None:
            raise Unreadable(_("The sheet is empty."))
        headers = _headers(first[1])
        size = path.stat().st_size
        yield Table(headers, "xlsx", "", _padded(rows, len(headers)), lambda: size)


def _load(raw: BinaryIO) -> "Workbook":
    from openpyxl import load_workbook  # 0.3 s and 30 MB that CSV files need not pay

    try:
        return load_workbook(raw, read_only=True, data_only=True)
    except _DAMAGES as error:
        raise _damaged(error) from error


def _sheet_rows(worksheet: Any) -> Iterator[Row]:
    for line, cells in enumerate(_sheet_cells(worksheet), 1):
        row = [_cell_text(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        if row:
            yield line, row


def _sheet_cells(worksheet: Any) -> Iterator[tuple[object, ...]]:
    try:
        yield from worksheet.iter_rows(values_only=True)
    except _DAMAGES as error:
        raise _damaged(error) from error


def _damaged(error: BaseException) -> Unreadable:
    return Unreadable(_("The workbook is damaged: %(error)s") % {"error": error})


def _padded(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for line, row in rows:
        yield line, row + [""] * (width - len(row))


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
