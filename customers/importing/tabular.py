"""Rows of a CSV file or an XLSX sheet as text, with the line each starts on; memory stays that of one block."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from customers.importing import encoding, opening, workbook
from customers.importing.opening import Unreadable
from customers.importing.rows import LONGEST_CELL, LONGEST_HEADER, MOST_COLUMNS, BrokenRow, Row

__all__ = ["DELIMITERS", "BrokenRow", "Row", "Table", "guess_delimiter", "open_table"]

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARACTERS = 64 * 1024
_LONGEST_LINE = 8 * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """An opened table: its headers, how it was read, and its rows. `rows` yields (line, cells) or a `BrokenRow`."""

    headers: list[str]
    encoding: str
    delimiter: str
    rows: Iterator[Row | BrokenRow]
    position: Callable[[], int]


@contextmanager
def open_table(
    path: Path, *, codec: str = "", delimiter: str = "", sheet: str = "", sample_bytes: int | None = None
) -> Iterator[Table]:
    """Open `path`, whatever it is; raises `Unreadable` or `UnknownEncoding` saying why not.

    With `sample_bytes` the encoding of a CSV file is what its beginning shows, not proven over all of it.
    """
    if not path.is_file():
        raise Unreadable(_("There is no file “%(path)s”.") % {"path": path})
    opener = _workbook(path, sheet) if workbook.is_workbook(path) else _csv(path, codec, delimiter, sample_bytes)
    with opener as table:
        yield table


@contextmanager
def _csv(path: Path, codec: str, delimiter: str, sample_bytes: int | None) -> Iterator[Table]:
    codec = encoding.check_name(codec) if codec else _detect(path, sample_bytes)
    with opening.opened(path) as raw:
        stream = io.TextIOWrapper(opening.buffered(raw), encoding=codec, errors="strict", newline="")
        lines = _Sampled(stream)
        delimiter = delimiter or guess_delimiter([line for line in lines.sample() if len(line) < _SAMPLE_CHARACTERS])
        csv.field_size_limit(LONGEST_CELL)
        rows = _records(lines, delimiter)
        yield Table(_headers(_first(rows)), codec, delimiter, rows, raw.position)


def _detect(path: Path, sample_bytes: int | None) -> str:
    whole = sample_bytes is None
    return encoding.detect(lambda: opening.blocks(path, most=sample_bytes), whole=whole)


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
        if len(row) > MOST_COLUMNS:
            yield BrokenRow(
                start,
                _("There are %(found)d cells; at most %(limit)d are read, up to “%(last)s”.")
                % {"found": len(row), "limit": MOST_COLUMNS, "last": row[MOST_COLUMNS - 1][:40]},
            )
        elif row:
            yield start, row


def _first(rows: Iterator[Row | BrokenRow]) -> list[str]:
    first = next(rows, None)
    if first is None:
        raise Unreadable(_("The file is empty."))
    if isinstance(first, BrokenRow):
        raise Unreadable(_("The first row cannot be the header: %(error)s") % {"error": first})
    return first[1]


def _headers(cells: list[str]) -> list[str]:
    headers = [cell.strip().removeprefix("\ufeff") or f"column {number}" for number, cell in enumerate(cells, 1)]
    for number, header in enumerate(headers, 1):
        if len(header) > LONGEST_HEADER:
            raise Unreadable(
                _("The header of column %(number)d is longer than %(limit)d characters: “%(start)s…”")
                % {"number": number, "limit": LONGEST_HEADER, "start": header[:40]}
            )
    twice = sorted(header for header, times in Counter(headers).items() if times > 1)
    if twice:
        raise Unreadable(_("Two columns have the same header: %(headers)s") % {"headers": ", ".join(twice)})
    if any("\0" in header for header in headers):
        raise Unreadable(_("The header contains a NUL character."))
    return headers


@contextmanager
def _workbook(path: Path, sheet: str) -> Iterator[Table]:
    with workbook.opened(path) as book:
        if sheet and sheet not in book.sheets:
            raise Unreadable(_("The workbook has no sheet “%(sheet)s”.") % {"sheet": sheet})
        chosen = sheet or next(iter(book.sheets), "")
        rows = book.rows(chosen) if chosen else iter(())
        headers = _headers(_first(rows))
        size = path.stat().st_size
        yield Table(headers, "xlsx", "", _padded(rows, len(headers)), lambda: size)


def _padded(rows: Iterator[Row | BrokenRow], width: int) -> Iterator[Row | BrokenRow]:
    for item in rows:
        if isinstance(item, BrokenRow):
            yield item
        else:
            line, row = item
            yield line, row + [""] * (width - len(row))
