"""A workbook (XLSX) behind limits: its sheets, strings and styles. Only what a table needs of it is read.

Read here and not by openpyxl, which reads whole parts on opening, fills gaps between rows and has no limits.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from customers.importing import cell_text, sheets, xml_parts
from customers.importing.opening import Unreadable
from customers.importing.rows import BrokenRow, Row
from customers.importing.strings import SharedStrings

_MEGABYTE: Final = 1024 * 1024
_LARGEST: Final = 600 * _MEGABYTE
_LARGEST_STRINGS: Final = 48 * _MEGABYTE
_LARGEST_PART: Final = 4 * _MEGABYTE  # of those that are no table: what the sheets are, how cells look
_MOST_PARTS: Final = 5_000
_ALWAYS_FINE: Final = 4 * _MEGABYTE
_LARGEST_RATIO: Final = 300
_BOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"


def is_workbook(path: Path) -> bool:
    with path.open("rb") as stream:
        if stream.read(2) != b"PK" or not zipfile.is_zipfile(stream):
            return False
    with zipfile.ZipFile(path) as archive:
        return _BOOK in archive.namelist()


@contextmanager
def opened(path: Path) -> Iterator["Workbook"]:
    """Raises `Unreadable` for what is damaged or beyond the limits."""
    with zipfile.ZipFile(path) as archive:
        _check(archive.infolist())
        for part in archive.infolist():
            if part.filename.endswith((".xml", ".rels")):
                xml_parts.check_beginning(archive, part)
        yield Workbook(archive)


def _check(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > _MOST_PARTS:
        raise Unreadable(_("The workbook has more than %(limit)d parts.") % {"limit": _MOST_PARTS})
    for part in parts:
        if part.file_size > max(_ALWAYS_FINE, _LARGEST_RATIO * part.compress_size):
            raise Unreadable(
                _("The workbook's part %(part)s unpacks to more than %(ratio)d times its size; this looks like a bomb.")
                % {"part": part.filename, "ratio": _LARGEST_RATIO}
            )
        if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable(_("The workbook's part %(part)s is packed as no workbook is.") % {"part": part.filename})
    if sum(part.file_size for part in parts) > _LARGEST:
        raise Unreadable(_("The workbook is too large; save the sheet as CSV."))


class Workbook:
    """`sheets`: the sheets with tables, by name, in their order."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {part.filename.lower(): part for part in archive.infolist()}
        book, links = _Book(), _Links()
        self._read(_BOOK, book)
        self._read(_LINKS, links)
        self._epoch = book.epoch
        self._links = links
        targets = [(name, links.worksheets.get(link, "")) for name, link in book.sheets]
        self.sheets = {name: target for name, target in targets if target}

    def rows(self, sheet: str) -> Iterator[Row | BrokenRow]:
        """The rows of a sheet that hold anything; raises `Unreadable`."""
        strings, styles = SharedStrings(), _Styles()
        if self._links.strings:
            self._read(self._links.strings, strings, largest=_LARGEST_STRINGS)
        if self._links.styles:
            self._read(self._links.styles, styles)
        converters = cell_text.converters(styles.formats or [0], styles.codes, epoch=self._epoch)
        yield from sheets.read_rows(self._archive, self._part(self.sheets[sheet]), strings, converters)

    def _part(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._parts[name.lower()]
        except KeyError:
            raise xml_parts.damaged(_("the part %(part)s is missing") % {"part": name}) from None

    def _read(self, name: str, handler: xml_parts.Handler, *, largest: int = _LARGEST_PART) -> None:
        part = self._part(name)
        if part.file_size > largest:
            raise Unreadable(
                _("The workbook's part %(part)s is larger than %(limit)d MB; save the sheet as CSV.")
                % {"part": part.filename, "limit": largest // _MEGABYTE}
            )
        xml_parts.read(self._archive, part, handler)


class _Book:
    """Handler of `xl/workbook.xml`: the sheets' names and links, and the day that dates are counted from."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.epoch = cell_text.WINDOWS_EPOCH

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), link))
        elif name == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            self.epoch = cell_text.MAC_EPOCH

    def end(self, _name: str) -> None: ...
    def text(self, _text: str) -> None: ...


class _Links:
    """Handler of the workbook's relationships: which part is which."""

    def __init__(self) -> None:
        self.worksheets: dict[str, str] = {}
        self.strings = self.styles = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "Relationship":
            return
        target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
        match attributes.get("Type", "").rpartition("/")[2]:
            case "worksheet":
                self.worksheets[attributes.get("Id", "")] = target
            case "sharedStrings":
                self.strings = target
            case "styles":
                self.styles = target

    def end(self, _name: str) -> None: ...
    def text(self, _text: str) -> None: ...


class _Styles:
    """Handler of the styles: the number format of each, and the formats defined here."""

    def __init__(self) -> None:
        self.formats: list[int] = []
        self.codes: dict[int, str] = {}
        self._within = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._within = True
        elif name == "xf" and self._within:
            self.formats.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._within = False

    def text(self, _text: str) -> None: ...
