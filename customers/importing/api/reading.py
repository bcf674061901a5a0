"""What the product holds of a source's records: the columns of the export, found by the records' ids.

A page goes on behind the last external id of the one before, by the records' unique index. What changed since a moment
is looked for in as many records as an answer has time for: a page may hold fewer than asked, or none, and go on.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from crm.common.days import today
from crm.common.errors import DomainError
from customers.importing.api.bodies import Refused
from customers.importing.api.items import LINES
from customers.importing.exports import Export, get_export, parameters
from customers.importing.registry import Format, ImportSpec, Invalid
from customers.models import ParkedRow, SourceSystem

LOOKED_AT: Final = 20_000  # records a page, where only those that changed are wanted

# Cost: as many entries of the records' unique index as are looked at.
_PAGE: Final = """
SELECT external_id, id, object_id, customer_id, changed_at FROM customers_sourcerecord
WHERE system_id = %(system)s AND kind = %(kind)s AND external_id > %(after)s ORDER BY external_id LIMIT %(most)s
"""
_CHANGED: Final = f"""
WITH seen AS ({_PAGE}), wanted AS (
  SELECT * FROM seen WHERE changed_at >= %(since)s ORDER BY external_id LIMIT %(limit)s
)
SELECT external_id, id, object_id, customer_id, changed_at FROM wanted
UNION ALL SELECT max(external_id), NULL, count(*), NULL, NULL FROM seen ORDER BY id NULLS LAST
"""  # noqa: S608 - constants of this code base
_FOUND: Final = """
SELECT r.external_id, r.id, r.object_id, r.customer_id, r.changed_at
FROM unnest(%(rows)s::bigint[]) WITH ORDINALITY found (id, place) JOIN customers_sourcerecord r ON r.{row} = found.id
WHERE r.system_id = %(system)s AND r.kind = %(kind)s ORDER BY found.place, r.external_id LIMIT %(limit)s
"""
_ONE: Final = """
SELECT external_id, id, object_id, customer_id, changed_at FROM customers_sourcerecord
WHERE system_id = %(system)s AND kind = %(kind)s AND external_id = %(id)s
"""

Json = dict[str, Any]


@dataclass(frozen=True)
class Record:
    external_id: str
    id: int
    object_id: int | None
    customer_id: int | None
    changed_at: datetime


@dataclass(frozen=True)
class Page:
    """`next`: the cursor to go on with; empty at the end."""

    items: list[Json]
    next: str


def read_page(
    *, system: SourceSystem, spec: ImportSpec, limit: int, cursor: str = "", since: datetime | None = None
) -> Page:
    """The records behind the cursor, by external id; of those that changed since. Raises `Refused` (400)."""
    values: dict[str, Any] = {
        "system": system.pk,
        "kind": spec.kind,
        "after": _after(cursor),
        "limit": limit,
        "since": since,
    }
    with connection.cursor() as asked:
        if since is None:
            asked.execute(_PAGE, {**values, "most": limit + 1})
            found = [Record(*row) for row in asked.fetchall()]
            records, last = found[:limit], found[limit - 1].external_id if len(found) > limit else ""
        else:
            asked.execute(_CHANGED, {**values, "most": LOOKED_AT})
            *rows, (seen, _id, looked_at, _customer, _at) = asked.fetchall()
            records = [Record(*row) for row in rows]
            last = records[-1].external_id if len(records) == limit else seen if looked_at == LOOKED_AT else ""
        return Page(_items(asked, spec, system, records), _cursor(last) if last else "")


def read_found(*, system: SourceSystem, spec: ImportSpec, limit: int, text: str) -> Page:
    """The source's records of what a text finds, the best first. Raises `Refused` (422) for a kind that has no search,
    and for a text that says too little.
    """
    if spec.finds is None:
        raise Refused(422, _("%(kind)s cannot be searched.") % {"kind": spec.kind}, "q")
    try:
        rows = spec.finds(text)
    except DomainError as error:
        raise Refused(422, str(error), "q") from None
    values: dict[str, Any] = {"system": system.pk, "kind": spec.kind, "rows": list(rows), "limit": limit}
    with connection.cursor() as asked:
        asked.execute(_FOUND.format(row=spec.record_column), values)
        records = [Record(*row) for row in asked.fetchall()]
        items = {item[spec.key]: item for item in _items(asked, spec, system, records)}
    return Page([items[record.external_id] for record in records if record.external_id in items], "")


def find_one(*, system: SourceSystem, spec: ImportSpec, external_id: str) -> Json | None:
    """The record of that id; None where there is none."""
    with connection.cursor() as asked:
        asked.execute(_ONE, {"system": system.pk, "kind": spec.kind, "id": key_of(spec, external_id)})
        items = _items(asked, spec, system, [Record(*row) for row in asked.fetchall()])
    return items[0] if items else None


def find_parked(*, system: SourceSystem, spec: ImportSpec, external_id: str) -> ParkedRow | None:
    key = key_of(spec, external_id)
    return ParkedRow.objects.filter(system=system, kind=spec.kind, external_id=key).first()


def key_of(spec: ImportSpec, external_id: str) -> str:
    """As the record is known by; raises `Refused` (404) for what can be no id."""
    column = next(column for column in spec.columns if column.name == spec.key)
    try:
        return (column.parser(Format())(external_id) or "") if external_id else ""
    except Invalid as error:
        raise Refused(404, str(error), spec.key) from None


def _items(asked: CursorWrapper, spec: ImportSpec, system: SourceSystem, records: Sequence[Record]) -> list[Json]:
    if not records:
        return []
    export = get_export(spec.kind)
    rows = [record.object_id for record in records if record.object_id is not None]
    few = ([record.id for record in records], rows, _customers(asked, spec, records, rows))
    asked.execute(export.select, parameters(system=system.pk, as_of=today(), few=few))
    made: dict[str, Json] = {}
    at = export.header.index(spec.key)
    for row in asked.fetchall():
        _add(made, spec, export, str(row[at]), [_value(value) for value in row])
    return list(made.values())


def _customers(asked: CursorWrapper, spec: ImportSpec, records: Sequence[Record], rows: list[int]) -> list[int]:
    """Whose they are: what else is looked up is looked up for these alone."""
    if spec.record_column == "customer_id":
        return [record.customer_id for record in records if record.customer_id is not None]
    if "customer_id" not in get_export(spec.kind).known:
        return []
    asked.execute(f"SELECT DISTINCT customer_id FROM {spec.table} WHERE id = ANY(%s)", [rows])  # noqa: S608 - of a spec
    return [customer for (customer,) in asked.fetchall() if customer is not None]


def _add(made: dict[str, Json], spec: ImportSpec, export: Export, key: str, row: list[Any]) -> None:
    """Of a kind with several rows a record, what differs by row stands in `lines`."""
    values = dict(zip(export.header, row, strict=True))
    if not spec.many:
        made[key] = values
        return
    lines = [column.name for column in spec.columns if column.name != spec.key and column.name not in spec.headers]
    line = {name: values.pop(name) for name in lines}
    made.setdefault(key, {**values, LINES: []})[LINES].append(line)


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def _cursor(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")


def _after(cursor: str) -> str:
    try:
        after = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        after = "\0"
    if "\0" in after:
        raise Refused(400, _("This is no cursor of a page before."), "cursor")
    return after
