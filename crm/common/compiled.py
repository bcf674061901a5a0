"""Querysets that are put together and compiled once a process, and asked again with other values.

To put together what the page of a customer reads takes the ORM longer than the database to answer it.
"""

from collections.abc import Callable, Hashable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from crm.common.instances import Quick

M = TypeVar("M", bound=Model)
Value = int | datetime
KEPT: Final = 100
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
        text = self._text(key, tuple((name, isinstance(value, datetime)) for name, value in values.items()))
        return text.rows(values) if text else []

    def _compiled(self, key: tuple[Hashable, ...], names: tuple[tuple[str, bool], ...]) -> "_Text | None":
        stand_ins = {name: _stand_in(at, is_moment=is_moment) for at, (name, is_moment) in enumerate(names)}
        return _compiled(self._build(*key, **stand_ins), stand_ins)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Text:
    """`names`: at which of `params` which value goes."""

    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    names: Mapping[int, str]

    def rows(self, values: Mapping[str, Value]) -> list[Any]:
        params = list(self.params)
        for at, name in self.names.items():
            params[at] = type(params[at])(values[name]) if isinstance(params[at], int) else values[name]
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: (self.sql, params)  # type: ignore[method-assign, assignment, misc]
        return list(Quick(_Asked(compiler)))  # type: ignore[arg-type]


class _Asked:
    """As much of a queryset and its query as Django needs to make instances of rows."""

    db = DEFAULT_DB_ALIAS

    def __init__(self, compiler: SQLCompiler) -> None:
        self.compiler = compiler
        self.query = self

    def get_compiler(self, using: str) -> SQLCompiler:  # noqa: ARG002 - as Django calls it
        return self.compiler


def _stand_in(at: int, *, is_moment: bool) -> Value:
    """One that no query has by itself."""
    return _FIRST.replace(microsecond=at) if is_moment else -(2**62) - at


def _compiled(queryset: QuerySet[Any], stand_ins: Mapping[str, Value]) -> _Text | None:
    assert not queryset._prefetch_related_lookups, "what is fetched beside is no part of the query"  # type: ignore[attr-defined] # noqa: SLF001
    compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    of = {stand_in: name for name, stand_in in stand_ins.items()}
    names = {at: of[one] for at, one in enumerate(params) if isinstance(one, int | datetime) and one in of}
    assert {*names.values()} == {*stand_ins}, "every value is asked with"
    return _Text(compiler=compiler, sql=sql, params=tuple(params), names=names)
