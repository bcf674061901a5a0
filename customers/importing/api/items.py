"""An item of a request as rows of its kind's file: fields are columns, unknown ones stay with the source record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any, Final

from django.utils.translation import gettext as _

from customers.importing.api.bodies import Fault, Number, shown
from customers.importing.converting import Converter, Staged
from customers.importing.exports import exports
from customers.importing.mapping import ColumnSource, FileMapping
from customers.importing.registry import ImportSpec, Invalid
from customers.importing.rows import LONGEST_CELL, LONGEST_HEADER, MOST_COLUMNS
from customers.models import ImportBatch

LINES: Final = "lines"
MOST_LINES: Final = 1_000
KEY: Final = 2  # where the key of a staged row stands, and its digest
DIGEST: Final = 3
Texts = dict[str, str]


class Faulty(Exception):
    """The item cannot go in."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


@dataclass
class Item:
    """One item of a request: `fields` as they were sent, of which `rows` are made, or `faults` found."""

    external_id: str
    fields: Mapping[str, Any]
    faults: list[Fault] = field(default_factory=list)
    rows: list[Staged] = field(default_factory=list)

    @property
    def key(self) -> str:
        """As the record is known by: the parsed external id."""
        return str(self.rows[0][KEY])


class Reader:
    """Makes rows of the items of one request; the same work is done once."""

    def __init__(self, spec: ImportSpec, batch: ImportBatch) -> None:
        self._spec = spec
        export = exports().get(spec.kind)
        self._ours = {"source", spec.key, *(export.known if export else ())}
        self._derive = spec.deriver(batch) if spec.deriver else None
        self._converters: dict[tuple[str, ...], Converter] = {}
        self._line = 0

    def read(self, item: Item) -> None:
        """Fill the item's `rows`, or its `faults`."""
        try:
            item.rows = [self._staged(texts) for texts in self._texts(item)]
        except Faulty as error:
            item.faults += error.faults

    def _texts(self, item: Item) -> list[Texts]:
        named = _texts_of({name: value for name, value in item.fields.items() if not self._is_lines(name)})
        given = named.get(self._spec.key)
        if given is not None and given != item.external_id:
            said = {"given": given[:60], "wanted": item.external_id[:60]}
            raise Faulty([Fault(self._spec.key, _("“%(given)s” is not “%(wanted)s” of the address") % said)])
        lines = self._lines(item.fields[LINES]) if self._spec.many and LINES in item.fields else [{}]
        own = {name: value for name, value in named.items() if name not in self._ours}
        return [{**own, **line, self._spec.key: item.external_id} for line in lines]

    def _is_lines(self, name: str) -> bool:
        return self._spec.many and name == LINES

    def _lines(self, value: Any) -> list[Texts]:
        if not isinstance(value, list) or not value or not all(isinstance(line, dict) for line in value):
            raise Faulty([Fault(LINES, _("must be a list of objects, one at least"))])
        if len(value) > MOST_LINES:
            raise Faulty([Fault(LINES, _("has more than %(most)d lines") % {"most": MOST_LINES})])
        found = []
        for number, line in enumerate(value):
            try:
                found.append({name: text for name, text in _texts_of(line).items() if name not in self._ours})
            except Faulty as error:
                raise Faulty([Fault(f"{LINES}.{number}.{one.field}", one.message) for one in error.faults]) from None
        return found

    def _staged(self, texts: Texts) -> Staged:
        extra = tuple(sorted(name for name in texts if name not in self._spec.names))
        converter = self._converters.get(extra)
        if converter is None:
            converter = self._converters[extra] = self._converter(extra)
        self._line += 1
        row = [texts.get(name, "") for name in (*self._spec.names, *extra)]
        try:
            return converter.convert(self._line, row)
        except Invalid as error:
            found = converter.faults(row) or [error]
            raise Faulty([Fault(shown(one.column), str(one)) for one in found]) from None

    def _converter(self, extra: tuple[str, ...]) -> Converter:
        headers = [*self._spec.names, *extra]
        mapping = FileMapping({name: ColumnSource(header=name) for name in self._spec.names})
        return Converter(self._spec, mapping, headers, self._derive)


def cells_of(item: Item, spec: ImportSpec) -> list[Texts]:
    """What its columns say, of each line, of an item that need not be right."""
    lines = item.fields.get(LINES) if spec.many else None
    found = [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    said = [{**item.fields, **line} for line in found[:MOST_LINES] or [{}]]
    texts = [{name: str(one[name])[:LONGEST_CELL].strip() for name in spec.names if one.get(name)} for one in said]
    return [{**one, spec.key: item.external_id} for one in texts]


def _texts_of(fields: Mapping[str, Any]) -> Texts:
    if len(fields) > MOST_COLUMNS:
        raise Faulty([Fault("", _("has more than %(most)d fields") % {"most": MOST_COLUMNS})])
    faults: list[Fault] = []
    found: Texts = {}
    for name, value in fields.items():
        try:
            found[_name(name)] = text_of(value)
        except Invalid as error:
            faults.append(Fault(shown(name), str(error)))
    if faults:
        raise Faulty(faults)
    return found


def _name(name: str) -> str:
    if not name or len(name) > LONGEST_HEADER:
        raise Invalid(_("a field's name has 1 to %(most)d characters") % {"most": LONGEST_HEADER})
    return _sendable(name)


def text_of(value: Any) -> str:
    """A value as a file's cell would say it; raises `Invalid`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return str(value)
    if not isinstance(value, str):
        raise Invalid(_("must be a text, a number, true, false or null"))
    if len(value) > LONGEST_CELL:
        raise Invalid(_("longer than %(limit)d characters") % {"limit": LONGEST_CELL})
    return _sendable(value)


def _sendable(text: str) -> str:
    """No half of a surrogate pair, which is no character and cannot be stored, nor NUL."""
    if "\0" in text:
        raise Invalid(_("contains a NUL character"))
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid(_("contains half of a surrogate pair"))
    return text


def digest_of(rows: Sequence[Staged], *, many: bool) -> str:
    """What the source record will keep of the rows of one key, as `customers.importing.sql.group_rows` has it."""
    if not many:
        return str(rows[-1][DIGEST])
    together = "".join(sorted(_dashed(str(row[DIGEST])) for row in rows))
    return md5(together.encode(), usedforsecurity=False).hexdigest()


def _dashed(digest: str) -> str:
    """As PostgreSQL writes a uuid."""
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
