"""Rows that lie as JSON in a merge, put back into their tables.

What they refer to may be gone since: such a column is emptied, or, where it cannot be, the row stays away. Columns that
came since then get their default.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, ForeignKey, GeneratedField, Model

_KEYS = """
SELECT key FROM ({said}) s, jsonb_object_keys(s.said) key
GROUP BY key HAVING count(*) = (SELECT count(*) FROM ({said}) n)
"""
_INSERT = """
INSERT INTO {table} ({columns}) SELECT {values} FROM ({said}) s
CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, s.said) r WHERE {there} ON CONFLICT DO NOTHING
RETURNING id
"""


def put_back(
    cursor: CursorWrapper, *, table: str, said: str, params: Mapping[str, Any], values: Mapping[str, str]
) -> list[int]:
    """Insert the rows that `said` selects as `said`; `values`: SQL for columns that are others now. → their ids."""
    cursor.execute(_KEYS.format(said=said), params)
    keys = {key for (key,) in cursor.fetchall()}
    if not keys:
        return []
    fields = {column: field for column, field in _fields(table) if column in keys}
    columns = {column: values.get(column) or _value(field) for column, field in fields.items()}
    there = [_is_there(field) for column, field in fields.items() if _must_be_there(field) and column not in values]
    cursor.execute(
        _INSERT.format(
            table=table, said=said, columns=", ".join(f'"{name}"' for name in columns),
            values=", ".join(columns.values()), there=" AND ".join(there) or "true",
        ),
        params,
    )  # fmt: skip
    return [pk for (pk,) in cursor.fetchall()]


def _fields(table: str) -> "Iterator[tuple[str, Field[Any, Any]]]":
    for field in _model(table)._meta.concrete_fields:  # noqa: SLF001 - Django's documented name
        if not isinstance(field, GeneratedField):
            yield str(field.column), field


def _model(table: str) -> type[Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)  # noqa: SLF001


def _refers(field: "Field[Any, Any]") -> bool:
    return isinstance(field, ForeignKey) and bool(field.db_constraint)  # type: ignore[attr-defined] # the stubs leave it out


def _must_be_there(field: "Field[Any, Any]") -> bool:
    return _refers(field) and not field.null


def _is_there(field: "Field[Any, Any]") -> str:
    target = field.related_model._meta  # type: ignore[union-attr] # noqa: SLF001
    return f'EXISTS (SELECT FROM {target.db_table} x WHERE x.{target.pk.column} = r."{field.column}")'


def _value(field: "Field[Any, Any]") -> str:
    if _refers(field) and field.null:
        return f'CASE WHEN {_is_there(field)} THEN r."{field.column}" END'
    return f'r."{field.column}"'
