"""All that is held on a person, row by row, as an export says it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext as _

from accounts.models import Team, User
from crm.common.audit.tracking import OfCustomers, event_models, of_customers
from customers.identity.privacy.subjects import Subject
from customers.models import Product, ProductGroup, Queue, SourceSystem, Tag, Tier
from customers.registry.personal import Holding, find_holding, holdings

ROWS: Final = 2_000
Row = dict[str, Any]
NAMED: Final = (Product, ProductGroup, Queue, SourceSystem, Tag, Team, Tier)
"""Rows that others name: an export says their name, not their number."""
_SOME: Final = """
WITH these AS MATERIALIZED (
  SELECT {key} AS key FROM {table} f WHERE {whose} AND {key} > %(after)s ORDER BY 1 LIMIT %(most)s
)
SELECT these.key, to_jsonb(f) FROM these JOIN {table} f ON {key} = these.key ORDER BY 1
"""
# As rows are theirs or were when they were deleted, not as they stood with them while two customers were one.
_HISTORY: Final = """f.pgh_obj_id = ANY(ARRAY(
  SELECT r.id FROM {rows} r WHERE {now}
  UNION ALL SELECT e.pgh_obj_id FROM {table} e WHERE {then} AND e.pgh_label = 'delete'))"""
_EVENTS: Final = frozenset({"pgh_id", "pgh_obj", "pgh_obj_id", "pgh_context", "pgh_context_id"})


def gather(holding: Holding, subject: Subject) -> Iterator[Row]:
    """The rows of the person, by their keys; some at a time, so that any number of them takes little memory."""
    whose = holding.whose(is_contact=subject.is_contact)
    if whose:
        said = _Said(holding.model, holding.hides)
        yield from (said.of(row) for row in _rows(holding.model, whose, subject.ids))


def gather_history(subject: Subject) -> Iterator[tuple[str, Iterator[Row]]]:
    """What the audit says of each kind of row: what it was before each change, and since when."""
    for event in event_models():
        of = of_customers().get(event)
        whose = _whose(event, of, is_contact=subject.is_contact) if of else ""
        if whose:
            yield event._meta.db_table, _events(event, whose, subject)  # noqa: SLF001 (Django's documented name)


def exported() -> list[Holding]:
    return [holding for holding in holdings() if holding.exported]


def _whose(event: Any, of: OfCustomers, *, is_contact: bool) -> str:
    ids = "contacts" if is_contact else "customers"
    column = of.contact if is_contact else of.column
    if not column:
        return ""
    if column == "id":
        return f"f.pgh_obj_id = ANY(%({ids})s)"
    now = f"r.{of.column} = ANY(%(customers)s)" + (f" AND r.{column} = ANY(%(contacts)s)" if is_contact else "")
    tables = {"rows": event.pgh_tracked_model._meta.db_table, "table": event._meta.db_table}  # noqa: SLF001
    return _HISTORY.format(**tables, now=now, then=f"e.{column} = ANY(%({ids})s)")


def _events(event: type[models.Model], whose: str, subject: Subject) -> Iterator[Row]:
    of = find_holding(event.pgh_tracked_model._meta.db_table)  # type: ignore[attr-defined]  # noqa: SLF001
    said = _Said(event, of.hides if of else ())
    for row in _rows(event, whose, subject.ids):
        told = said.of(row)
        yield {name: value for name, value in told.items() if name not in _EVENTS}


def _rows(model: type[models.Model], whose: str, ids: Mapping[str, Any]) -> Iterator[Row]:
    meta, after = model._meta, -1  # noqa: SLF001 (Django's documented name)
    assert meta.pk, "every table has a key"
    statement = _SOME.format(key=f"f.{meta.pk.column}", table=meta.db_table, whose=whose)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**ids, "after": after, "most": ROWS})
            found = cursor.fetchall()
        yield from (json.loads(row, parse_float=str) for _key, row in found)
        if len(found) < ROWS:
            return
        after = found[-1][0]


class _Said:
    """A row by the names of its fields; members of staff are left out, as they are others' data."""

    def __init__(self, model: type[models.Model], hides: tuple[str, ...]) -> None:
        fields: Any = model._meta.concrete_fields  # noqa: SLF001 (Django's documented name)
        self._fields = [field for field in fields if field.name not in hides and field.related_model is not User]
        self._names = {
            field.column: _names_of(field.related_model) for field in self._fields if field.related_model in NAMED
        }

    def of(self, row: Mapping[str, Any]) -> Row:
        return {field.name: self._value(field, row.get(field.column)) for field in self._fields}

    def _value(self, field: Any, value: Any) -> Any:
        names = self._names.get(field.column)
        return value if names is None or value is None else names.get(value, value)


def _names_of(model: type[models.Model]) -> "_Names":
    return _Names(model)


class _Names:
    """Names of rows by their keys, each looked up once."""

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model
        self._known: dict[Any, str] = {}

    def get(self, key: Any, default: Any) -> Any:
        if key not in self._known:
            row = self._model._default_manager.filter(pk=key).first()  # noqa: SLF001 (Django's documented name)
            self._known[key] = str(row) if row is not None else str(default)
        return self._known[key]


def labels(table: str) -> dict[str, str]:
    """By field: what people call it."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)  # noqa: SLF001
    fields: Any = model._meta.concrete_fields  # noqa: SLF001 (Django's documented name)
    return {field.name: str(field.verbose_name) for field in fields}


def made_for(subject: Subject, *, now: datetime) -> Row:
    """What the copy is of, and when it was made."""
    return {
        "format": "baseline-crm/person/1",
        "made_at": now.isoformat(),
        "customer": subject.customer.pk,
        "contact": subject.contact_id,
        "name": subject.name,
        "said": _("All that is held on this person, as of this moment."),
    }
