"""Querysets that are put together and compiled once a process, and asked again with other values.

To put together what the page of a customer reads takes the ORM longer than the database to answer it.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import Field, Model, QuerySet, Subquery

from crm.common import prepared
from crm.common.instances import instances

M = TypeVar("M", bound=Model)
Value = int | datetime | list[int]
KINDS: Final = (int, datetime, list)
KEPT: Final = 50
_PLACE: Final = re.compile("%s|%%")
_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)


class Compiled(Generic[M]):
    """What `build` gives, as often as it is asked for.

    `build(*key, **values)` is called once for each key, with stand-ins for the values: a key holds all that the query
    depends on, of who asks as well, but for the values, which are handed to the database each time. The values are
    compared with columns or written out, and nothing is decided by them.
    """

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._text = lru_cache(maxsize=KEPT)(self._compiled)

    def rows(self, *key: Hashable, **values: Value) -> list[M]:
        """One query; none where it can have no rows."""
        text = self._text(key, tuple((name, type(value)) for name, value in values.items()))
        return text.rows(values) if text else []

    def _compiled(self, key: tuple[Hashable, ...], names: tuple[tuple[str, type[Value]], ...]) -> "_Text | None":
        stand_ins = {name: _stand_in(at, kind) for at, (name, kind) in enumerate(names)}
        return _compiled(self._build(*key, **stand_ins), stand_ins)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Text:
    """`names`: which values follow each other in `sql`, each beside its stand-in, which tells how it is written. What
    else was a parameter is written out, as by it the planner finds the right index. `converters`: by place, what makes
    values of what is read.

    What else the compiler knows is let go: it is many times as large.
    """

    sql: str
    names: Sequence[tuple[str, Any]]
    info: Mapping[str, Any]
    select: Sequence[Any]
    annotated: Mapping[str, int]
    converters: Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]

    def rows(self, values: Mapping[str, Value]) -> list[Any]:
        params = [_like(stand_in, values[name]) for name, stand_in in self.names]
        with connection.cursor() as cursor:
            prepared.run(cursor, self.sql, params)
            found = map(self._converted, cursor.fetchall())
        return list(instances(found, self.info, self.select, self.annotated, db=DEFAULT_DB_ALIAS))

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        made = list(row)
        for at, (converters, column) in self.converters.items():
            for convert in converters:
                made[at] = convert(made[at], column, connection)
        return made


@dataclass(frozen=True)
class _Column:
    """What converters are told of a column that is a query of its own."""

    output_field: Field[Any, Any]


def _stand_in(at: int, kind: type[Value]) -> Value:
    """One that no query has by itself."""
    if issubclass(kind, datetime):
        return _FIRST.replace(microsecond=at)
    return [-(2**62) - at] if issubclass(kind, list) else -(2**62) - at


def _like(stand_in: Any, value: Any) -> Any:
    """A number as the column wants it written."""
    return type(stand_in)(value) if isinstance(stand_in, int) else value


def _hashed(value: Value) -> Hashable:
    return tuple(value) if isinstance(value, list) else value


def _compiled(queryset: QuerySet[Any], stand_ins: Mapping[str, Value]) -> _Text | None:
    assert not queryset._prefetch_related_lookups, "what is fetched beside is no part of the query"  # type: ignore[attr-defined] # noqa: SLF001
    compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    of = {_hashed(stand_in): name for name, stand_in in stand_ins.items()}
    names = [(of[_hashed(one)], one) for one in params if _is_named(one, of)]
    assert {name for name, _like in names} == {*stand_ins}, "every value is asked with"
    columns = [column for column, _sql, _alias in compiler.select]
    return _Text(
        sql=_written_out(sql, params, of),
        names=names,
        info=compiler.klass_info,
        select=[(_light(column), None, None) for column in columns],
        annotated=compiler.annotation_col_map or {},
        converters={at: (do, _light(column)) for at, (do, column) in compiler.get_converters(columns).items()},
    )


def _is_named(param: Any, of: Mapping[Hashable, str]) -> bool:
    return isinstance(param, KINDS) and _hashed(param) in of


def _written_out(sql: str, params: Iterable[Any], of: Mapping[Hashable, str]) -> str:
    """With all parameters in it as constants but for the named ones, which stay as places."""
    connection.ensure_connection()
    written = iter(params)

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        param = next(written)
        return "%s" if _is_named(param, of) else mogrify("%s", [param], connection).replace("%", "%%")

    return _PLACE.sub(put, sql)


def _light(column: Any) -> Any:
    return _Column(column.output_field) if isinstance(column, Subquery) else column
