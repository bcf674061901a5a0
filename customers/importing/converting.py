"""A row of the file as a row of the staging table: mapped, parsed, checked, with its key's bucket and its digest."""

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import md5
from zlib import crc32

from django.utils.translation import gettext as _

from customers.importing.mapping import BLANKS, Cell, FileMapping, Missing
from customers.importing.registry import Derive, ImportSpec, Invalid, Parse, get_spec
from customers.importing.restating import is_export
from customers.importing.sql import BUCKETS

Staged = tuple[object, ...]


class Converter:
    """Converts the rows of one file; raises `Invalid` with the canonical column and the reason."""

    def __init__(self, spec: ImportSpec, mapping: FileMapping, headers: list[str], derive: Derive | None) -> None:
        self._plan = [_step(spec, mapping, headers, position) for position in range(len(spec.columns))]
        self._names = spec.names
        self._key = self._names.index(spec.key)
        self._width = len(headers)
        unknown = [] if is_export(spec.kind, headers) else mapping.unknown(headers)
        self._extra = [(headers[index], index) for index in unknown]
        self._bare = _bare_cells(mapping.missing, headers)
        self._derive = derive

    def convert(self, line: int, row: Sequence[str]) -> Staged:
        if len(row) != self._width:
            self._check_width(row)
        values: list[str | None] = []
        try:
            for place, cell, parse, empty in self._plan:
                text = cell(row) if place is None else row[place].strip(BLANKS)
                values.append(parse(text) if text else empty())
        except Invalid as error:
            raise Invalid(str(error), self._names[len(values)]) from None
        derived = self._derive(values) if self._derive else ()
        extra = self._json((name, row[index]) for name, index in self._extra) if self._extra else None
        bare = None if self._bare is None else self._json(self._bare_values(row), always=True)
        key = values[self._key] or ""
        digest = md5("\x1f".join(map(str, (*values, extra))).encode(), usedforsecurity=False).hexdigest()
        return (line, crc32(key.encode()) % BUCKETS, key, digest, extra, bare, *values, *derived)

    def faults(self, row: Sequence[str]) -> list[Invalid]:
        """Of a row that does not convert: every column that is wrong by itself."""
        found = []
        for name, (place, cell, parse, empty) in zip(self._names, self._plan, strict=True):
            text = cell(row) if place is None else row[place].strip(BLANKS)
            try:
                parse(text) if text else empty()
            except Invalid as error:
                found.append(Invalid(str(error), name))
        return found

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """What stands in each column of a row that need not convert, as it is where it cannot be parsed; and under the
        headers that no column takes.
        """
        padded = [*row, *[""] * (self._width - len(row))]
        steps = [
            (name, cell, parse) for name, (_place, cell, parse, _empty) in zip(self._names, self._plan, strict=True)
        ]
        found = (_read(padded, one) for one in (*(self._bare or ()), *steps))
        unknown = {header: padded[index].strip(BLANKS) for header, index in self._extra}
        return {name: text for name, text in (*unknown.items(), *found) if text}

    def _bare_values(self, row: Sequence[str]) -> Iterable[tuple[str, str]]:
        for name, cell, parse in self._bare or ():
            text = cell(row)
            try:
                yield name, (parse(text) or "") if text else ""
            except Invalid as error:
                raise Invalid(str(error), name) from None

    def _check_width(self, row: Sequence[str]) -> None:
        if len(row) < self._width or any(row[self._width :]):
            raise Invalid(
                _("has %(found)d cells, the header has %(wanted)d") % {"found": len(row), "wanted": self._width}
            )

    def _json(self, pairs: Iterable[tuple[str, str]], *, always: bool = False) -> str | None:
        found = {name: value for name, value in pairs if value}
        if any("\0" in value for value in found.values()):
            raise Invalid(_("contains a NUL character"), next(name for name, value in found.items() if "\0" in value))
        return json.dumps(found, ensure_ascii=False) if found or always else None


def _step(
    spec: ImportSpec, mapping: FileMapping, headers: list[str], position: int
) -> tuple[int | None, Cell, Parse, Callable[[], str | None]]:
    """Where the text stands or how it is found, what is made of it, and of an empty one."""
    column = spec.columns[position]
    source = mapping.columns.get(column.name)
    if source is None:
        return None, (lambda _row: ""), str, lambda: column.empty
    empty = _required if column.required else lambda: column.empty
    return source.place(headers), source.cell(headers), column.parser(source.format), empty


def _read(row: Sequence[str], step: tuple[str, Cell, Parse]) -> tuple[str, str]:
    name, cell, parse = step
    text = cell(row)
    try:
        return name, (parse(text) or "") if text else ""
    except Invalid:
        return name, text


def _required() -> str:
    raise Invalid(_("is required"))


def _bare_cells(missing: Missing | None, headers: list[str]) -> list[tuple[str, Cell, Parse]] | None:
    """What a row says of another kind's record is held to the rules of that kind's own file."""
    if missing is None:
        return None
    parsers = {column.name: column.parser for column in get_spec(missing.kind).columns}
    return [(name, source.cell(headers), parsers[name](source.format)) for name, source in missing.columns.items()]
