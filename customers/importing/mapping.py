"""The mapping file: which header gives which canonical column, and how values are translated. See docs/imports.md."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing import encoding
from customers.importing.guessing import guess, is_known
from customers.importing.registry import Format, ImportSpec, get_spec
from customers.importing.tabular import DELIMITERS

_TOP = {"columns", "encoding", "delimiter", "sheet", "date", "decimal", "create_missing"}
_SOURCE = {"from", "constant", "values", "prefixes", "date", "decimal"}

Cell = Callable[[Sequence[str]], str]
BLANKS: Final = " \t\r\n"


class MappingError(DomainError):
    """The mapping cannot be used; the message starts with the place in it."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class ColumnSource:
    """Where a canonical column's text comes from. `header` and `constant` exclude each other."""

    header: str = ""
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    format: Format = field(default_factory=Format)

    def cell(self, headers: list[str]) -> Cell:
        """A function from a row to this column's stripped text."""
        if self.constant is not None:
            constant = self.constant
            return lambda _row: constant
        index = headers.index(self.header)
        if not self.values and not self.prefixes:
            return lambda row: row[index].strip(BLANKS)
        return lambda row: self._translate(row[index].strip(BLANKS))

    def place(self, headers: list[str]) -> int | None:
        """Where the text stands in a row if it is taken as it stands there: to look is quicker than to call `cell`."""
        as_it_stands = self.constant is None and not self.values and not self.prefixes
        return headers.index(self.header) if as_it_stands else None

    def _translate(self, value: str) -> str:
        if value in self.values:
            return self.values[value]
        matching = [prefix for prefix in self.prefixes if value.startswith(prefix)]
        return self.prefixes[max(matching, key=len)] if matching else value


@dataclass(frozen=True)
class Missing:
    """Records of another kind to be made of what the rows say, where they are named and not there."""

    kind: str
    columns: Mapping[str, ColumnSource]


@dataclass(frozen=True)
class FileMapping:
    columns: Mapping[str, ColumnSource]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    missing: Missing | None = None

    def unknown(self, headers: list[str]) -> list[int]:
        """Indexes of the headers nothing is mapped from: kept with the source record."""
        used = {source.header for source in self.columns.values()}
        used |= {source.header for source in self.missing.columns.values()} if self.missing else set()
        return [index for index, header in enumerate(headers) if header not in used]


@dataclass(frozen=True)
class Reading:
    """How to open the file, as far as the mapping says."""

    codec: str = ""
    delimiter: str = ""
    sheet: str = ""


def load(path: Path) -> dict[str, Any]:
    """The JSON of a mapping file; raises `MappingError`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(str(path), _("cannot be read: %(error)s") % {"error": error}) from error
    except json.JSONDecodeError as error:
        place = f"{path}, line {error.lineno}, column {error.colno}"
        raise MappingError(place, _("is no JSON: %(error)s") % {"error": error.msg}) from error
    return _object(str(path), found)


def reading(raw: Mapping[str, Any]) -> Reading:
    """The part of the mapping needed to open the file; raises `MappingError`."""
    _known("mapping", raw, _TOP)
    found = {name: _text(name, raw.get(name, "")) for name in ("encoding", "delimiter", "sheet")}
    if found["delimiter"] and found["delimiter"] not in DELIMITERS:
        raise MappingError("delimiter", _("must be one of , ; | or a tab"))
    if found["encoding"]:
        encoding.check_name(found["encoding"])
    return Reading(found["encoding"], found["delimiter"], found["sheet"])


def resolve(raw: Mapping[str, Any], *, spec: ImportSpec, headers: list[str]) -> FileMapping:
    """The mapping of `spec`'s columns onto these headers; raises `MappingError` saying where.

    Canonical columns the mapping does not name are taken from the header of the same name (any case). Without a
    mapping only those are used; guessing is for people to confirm (`customers.importing.guessing`).
    """
    opened = reading(raw)
    format_ = Format(date=_text("date", raw.get("date", "")), decimal=_decimal("decimal", raw.get("decimal", ".")))
    given = _object("columns", raw.get("columns", {}))
    _known("columns", given, set(spec.names))
    columns = {name: _source(f"columns.{name}", value, headers, format_) for name, value in given.items()}
    taken = {source.header for source in columns.values()}
    for name, header in guess(headers, [n for n in spec.names if n not in given], exact=True).items():
        if header not in taken:
            columns[name] = ColumnSource(header=header, format=format_)
    missing = _missing(raw, spec, headers, format_)
    _complete(spec, columns, headers)
    return FileMapping(columns, opened.codec, opened.delimiter, opened.sheet, missing)


def _complete(spec: ImportSpec, columns: Mapping[str, ColumnSource], headers: list[str]) -> None:
    missing = [column.name for column in spec.columns if column.required and column.name not in columns]
    if missing:
        raise MappingError(
            "columns",
            _("no header gives %(missing)s; the file has: %(headers)s")
            % {"missing": ", ".join(missing), "headers": _quoted(headers)},
        )


def _missing(raw: Mapping[str, Any], spec: ImportSpec, headers: list[str], format_: Format) -> Missing | None:
    if "create_missing" not in raw:
        return None
    given = _object("create_missing", raw["create_missing"])
    found = _makeable(spec)
    if found is None:
        raise MappingError("create_missing", _("%(kind)s name nothing that could be made") % {"kind": spec.kind})
    kind, columns = found
    _known("create_missing", given, {kind})
    place = f"create_missing.{kind}"
    fields = _object(place, given.get(kind, {}))
    _known(place, fields, set(columns))
    return Missing(kind, {name: _source(f"{place}.{name}", value, headers, format_) for name, value in fields.items()})


def _makeable(spec: ImportSpec) -> tuple[str, Sequence[str]] | None:
    """The first kind the spec refers to of which bare records can be made, and what may be said of them."""
    for reference in spec.references:
        missing = get_spec(reference.kind).missing
        if missing:
            return reference.kind, missing.columns
    return None


def _source(place: str, value: object, headers: list[str], format_: Format) -> ColumnSource:
    given = _object(place, {"from": value} if isinstance(value, str) else value)
    _known(place, given, _SOURCE)
    if ("from" in given) == ("constant" in given):
        raise MappingError(place, _("needs either “from” or “constant”"))
    header = _text(f"{place}.from", given.get("from", ""))
    if "from" in given and header not in headers:
        raise MappingError(
            f"{place}.from",
            _("the file has no header “%(header)s”; it has: %(headers)s")
            % {"header": header, "headers": _quoted(headers)},
        )
    return ColumnSource(
        header=header,
        constant=_text(f"{place}.constant", given["constant"]) if "constant" in given else None,
        values=_texts(f"{place}.values", given.get("values", {})),
        prefixes=_texts(f"{place}.prefixes", given.get("prefixes", {})),
        format=Format(
            date=_text(f"{place}.date", given.get("date", format_.date)),
            decimal=_decimal(f"{place}.decimal", given.get("decimal", format_.decimal)),
        ),
    )


def _quoted(headers: list[str]) -> str:
    """Those that are known as names of columns. The first line of a file without headers is somebody's row, and what
    is said of a mapping is kept.
    """
    known = [header for header in headers if is_known(header)]
    others = len(headers) - len(known)
    if not known:
        return _("%(count)d columns, none of a name that is known") % {"count": others}
    quoted = ", ".join(known)
    return _("%(headers)s, and %(count)d more") % {"headers": quoted, "count": others} if others else quoted


def _object(place: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MappingError(place, _("must be an object"))
    return value


def _text(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise MappingError(place, _("must be a text"))
    return value


def _texts(place: str, value: object) -> dict[str, str]:
    return {key: _text(f"{place}.{key}", text) for key, text in _object(place, value).items()}


def _decimal(place: str, value: object) -> str:
    if value not in {".", ","}:
        raise MappingError(place, _("must be “.” or “,”"))
    return str(value)


def _known(place: str, value: Mapping[str, Any], allowed: set[str]) -> None:
    for key in value:
        if key not in allowed:
            raise MappingError(
                f"{place}.{key}", _("is not known; there are: %(allowed)s") % {"allowed": ", ".join(sorted(allowed))}
            )
