"""The rows of a sheet as text, read as a stream: what is far too wide, far apart or beyond the last row is refused."""

import zipfile
from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from customers.importing import cell_text, xml_parts
from customers.importing.opening import Unreadable
from customers.importing.rows import LONGEST_CELL, MOST_COLUMNS, BrokenRow, Row
from customers.importing.strings import SharedStrings

LAST_ROW: Final = 1_048_576
WIDEST_GAP: Final = 1_000
_LAST_COLUMN: Final = 16_384


def read_rows(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, strings: SharedStrings, styles: Sequence[cell_text.Convert]
) -> Iterator[Row | BrokenRow]:
    """The rows that hold anything, with their numbers; raises `Unreadable`."""
    sheet = _Sheet(strings, styles)
    for _block in xml_parts.stream(archive, part, sheet):
        yield from sheet.rows
        sheet.rows.clear()


def column_number(letters: str) -> int:
    """A is 0; raises `ValueError` beyond the last column a sheet can have.

    >>> column_number("AA")
    26
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
        if not (letter.isascii() and letter.isupper()) or number > _LAST_COLUMN:
            raise ValueError(f"there is no column {letters[:20]}")
    return number - 1


def column_letters(number: int) -> str:
    """What a sheet calls the column; A is 0.

    >>> column_letters(26)
    'AA'
    """
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


class _Sheet:
    """Handler of a sheet's part; finished rows gather in `rows`."""

    def __init__(self, strings: SharedStrings, styles: Sequence[cell_text.Convert]) -> None:
        self.rows: list[Row | BrokenRow] = []
        self._strings, self._styles = strings, styles
        self._columns: dict[str, int] = {}
        self._line = self._seen = 0
        self._cells: list[str] = []
        self._broken = ""
        self._column, self._type, self._style = -1, "", ""
        self._parts: list[str] = []
        self._length = 0
        self._taking = self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in {"v", "t"}:
            self._taking = not self._phonetic
        elif name == "row":
            self._start_row(attributes.get("r", ""))
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._taking = False
        elif name == "c":
            if self._parts:
                self._end_cell("".join(self._parts))
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._phonetic = False

    def text(self, text: str) -> None:
        if self._taking:
            self._length += len(text)
            if self._length <= LONGEST_CELL:
                self._parts.append(text)
            else:
                self._broken = _("A cell is longer than %(limit)d characters.") % {"limit": LONGEST_CELL}

    def _start_row(self, number: str) -> None:
        line = int(number) if number else self._line + 1
        self._seen += 1
        if max(line, self._seen) > LAST_ROW:
            raise Unreadable(_("The sheet goes beyond row %(limit)d, the last a sheet can have.") % {"limit": LAST_ROW})
        if line - self._line > WIDEST_GAP:
            raise Unreadable(
                _("The sheet has no rows between %(last)d and %(line)d. Delete what stands below the table.")
                % {"last": self._line, "line": line}
            )
        self._line, self._cells, self._broken, self._column = line, [], "", -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = column_number(letters)
            self._column = column
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._parts, self._length = [], 0

    def _end_cell(self, said: str) -> None:
        text = self._text(said)
        if not text:
            return
        if self._column >= MOST_COLUMNS:
            self._broken = self._broken or _(
                "There is a cell in column %(column)s; at most %(limit)d columns are read."
            ) % {
                "column": column_letters(self._column),
                "limit": MOST_COLUMNS,
            }
            return
        missing = self._column - len(self._cells)
        if missing < 0:
            self._cells[self._column] = text
        else:
            self._cells += [""] * missing
            self._cells.append(text)

    def _text(self, said: str) -> str:
        kind = self._type
        if kind == "s":
            return self._strings[int(said)]
        if kind == "n":
            return self._styles[int(self._style)](said)
        if kind == "b":
            return cell_text.truth(said)
        if kind == "d":
            return cell_text.iso(said)
        return cell_text.unescaped(said)

    def _end_row(self) -> None:
        if self._broken:
            self.rows.append(BrokenRow(self._line, self._broken))
        elif self._cells:
            self.rows.append((self._line, self._cells))
