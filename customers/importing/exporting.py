"""Write a kind's rows to a file, in the form its import reads. PostgreSQL streams them; memory stays flat."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from crm.common.xlsx_files import LONGEST_CELL, new_sheet, text_cells
from customers.importing.cell_text import escaped
from customers.importing.exports import Export, get_export, parameters
from customers.importing.sheets import LAST_ROW
from customers.models import SourceSystem

Write = Callable[[Export, dict[str, Any], BinaryIO], int]


class CannotWrite(DomainError):
    """The file cannot be written there, or not in that form; nothing is left of it."""


class UnknownSource(DomainError):
    """No such source system."""


def export_file(*, kind: str, path: Path, as_of: date, source: str = "") -> int:
    """Write the kind's rows (of one source where it is named) to a CSV or XLSX file; returns how many.

    `as_of`: the day whose tier and measures customers get. Raises `UnknownKind`, `UnknownSource`, `CannotWrite`.
    """
    export = get_export(kind)
    write = _writer(export, path)
    values = parameters(system=_system(source), as_of=as_of)
    with whole_or_not_at_all(path) as target, transaction.atomic():
        return write(export, values, target)


def _writer(export: Export, path: Path) -> Write:
    if export.is_own_format:
        return _write_lines
    try:
        return {".csv": _write_csv, ".xlsx": _write_workbook}[path.suffix.lower()]
    except KeyError:
        raise CannotWrite(_("The file's name must end in .csv or .xlsx: %(path)s") % {"path": path}) from None


def _system(source: str) -> int | None:
    return find_systems([source])[0].pk if source else None


def find_systems(names: Sequence[str]) -> list[SourceSystem]:
    """The sources of those names, in their order. Raises `UnknownSource`."""
    found = []
    for name in names:
        system = SourceSystem.objects.filter(key=slugify(name, allow_unicode=True)[:50]).first()
        if system is None:
            there = ", ".join(SourceSystem.objects.values_list("key", flat=True)) or _("none")
            raise UnknownSource(_("“%(name)s” is no source; there are: %(names)s") % {"name": name, "names": there})
        found.append(system)
    return found


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[BinaryIO]:
    """A file that is there once the block is through. Raises `CannotWrite`."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as target:
            yield target
        part.replace(path)
    except OSError as error:
        words = {"path": path, "error": error.strerror or error}
        raise CannotWrite(_("%(path)s cannot be written: %(error)s") % words) from error
    finally:
        if part.is_file():
            part.unlink()


def _write_csv(export: Export, parameters: dict[str, Any], target: BinaryIO) -> int:
    target.write((",".join(export.header) + "\n").encode())
    return _copy(f"COPY ({export.select}) TO STDOUT WITH (FORMAT csv)", parameters, target)


def _write_lines(export: Export, parameters: dict[str, Any], target: BinaryIO) -> int:
    """A format that goes by lines: COPY's text would escape what stands in them."""
    rows = 0
    for (line,) in _rows(export, parameters):
        target.write(f"{line}\n".encode())
        rows += 1
    return rows


def _copy(statement: str, parameters: dict[str, Any], target: BinaryIO) -> int:
    with connection.cursor() as cursor:
        with cursor.copy(statement, parameters) as copy:
            target.writelines(copy)
        return cast("int", cursor.rowcount)


def _rows(export: Export, parameters: dict[str, Any]) -> Iterator[tuple[str | None, ...]]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({export.select}) TO STDOUT", parameters) as copy:
        yield from copy.rows()


def _write_workbook(export: Export, parameters: dict[str, Any], target: BinaryIO) -> int:
    with new_sheet(target, title=export.kind) as sheet:
        return _fill(sheet, export, parameters)


def _fill(sheet: Any, export: Export, parameters: dict[str, Any]) -> int:
    sheet.append(export.header)
    text_cell = text_cells(sheet)
    numeric, rows = export.numeric, 0
    for row in _rows(export, parameters):
        rows += 1
        if rows >= LAST_ROW:
            words = _("A sheet cannot hold more than %(limit)d rows; write a CSV file.")
            raise CannotWrite(words % {"limit": LAST_ROW})
        sheet.append([_cell(value, text_cell, is_number) for value, is_number in zip(row, numeric, strict=True)])
    return rows


def _cell(value: str | None, text_cell: Callable[[str], Any], is_number: bool) -> Any:
    if not value:
        return None
    if is_number and (number := _exact(value)) is not None:
        return number
    text = escaped(value)
    if len(text) > LONGEST_CELL:
        raise CannotWrite(_("A text is too long for a cell of a sheet; write a CSV file."))
    return text_cell(text)


def _exact(value: str) -> float | int | None:
    """As a number, where none of its digits is lost by that."""
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return None
    number = int(exact) if exact == exact.to_integral_value() else float(exact)
    return number if abs(exact) < 10**15 and Decimal(repr(number)) == exact else None
