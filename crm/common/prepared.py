"""Statements that the database plans once a session and not once a page.

To plan what the page of a customer reads takes PostgreSQL several times as long as to read it. Only for statements
whose plan hardly depends on their values, as those that find what belongs to one customer: after some plans for the
values at hand PostgreSQL keeps one for all, if it does not expect that to cost more.

`PREPARE` and `EXECUTE` are written out, as Django's connections bind values in the client.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import NotSupportedError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models.sql import RawQuery

_ONE_PLAN: Final = "SET LOCAL plan_cache_mode = force_generic_plan"
KEPT: Final = 100  # a session; the next one makes it begin again
TYPES: Final = {
    bool: "boolean", date: "date", datetime: "timestamptz", Decimal: "numeric", float: "double precision",
}  # fmt: skip
LARGEST: Final = 2**31 - 1  # whole number that any of the types of whole numbers but the smallest takes
_PLACE: Final = re.compile(r"%(?:\((\w+)\)s|(s)|(%))")
_known: "WeakKeyDictionary[psycopg.Connection[Any], set[str]]" = WeakKeyDictionary()

Params = Sequence[Any] | Mapping[str, Any]


def run(cursor: CursorWrapper, statement: str, params: Params, *, one_plan: bool = False) -> None:
    """As `cursor.execute`, and one query whether the statement is known yet. Days, moments, truth values, large and
    broken numbers are of their own type, as when they are written out; that of others follows from where they stand.

    `one_plan`: one for all values from the start, whatever the planner expects of it: for a statement that is dear to
    plan, and written so that one serves.

    A statement whose result has other columns than when it was planned, as after a migration, is planned anew; in a
    transaction it fails once.
    """
    if not settings.DATABASE_PREPARES:
        cursor.execute(statement, params)
        return
    text, places = _numbered(statement)
    values = [cast("dict[str | int, Any]", params)[place] for place in places]
    types = ", ".join(map(_type, values))
    name = f"crm_{blake2b(f'{types} {text}'.encode(), digest_size=12).hexdigest()}"
    listed = ", ".join(["%s"] * len(values))
    execute = f"EXECUTE {name}" + (f" ({listed})" if values else "")
    if one_plan:
        execute = f"{_ONE_PLAN}; {execute}"
    prepare = f"PREPARE {name}" + (f" ({types})" if values else "") + f" AS {text.replace('%', '%%')}\n; {execute}"
    try:
        _run(cursor, name, prepare, execute, values)
    except NotSupportedError as error:
        if connection.in_atomic_block or "result type" not in str(error):
            raise
        cursor.execute("DEALLOCATE ALL")
        _known.pop(connection.connection, None)
        _run(cursor, name, prepare, execute, values)


class PreparedRawQuery(RawQuery):
    """What `Model.objects.raw` asks, for `RawQuerySet(query=…)`."""

    def _execute_query(self) -> None:
        self.cursor = connection.cursor()
        run(self.cursor, self.sql, self.params)


def _run(cursor: CursorWrapper, name: str, prepare: str, execute: str, values: list[Any]) -> None:
    known = _known.setdefault(connection.connection, set())
    if name in known:
        cursor.execute(execute, values)
        _go_to_last(cursor)
        return
    if len(known) >= KEPT:
        known.clear()
        prepare = f"DEALLOCATE ALL; {prepare}"
    cursor.execute(prepare, values)
    _go_to_last(cursor)
    known.add(name)


def _go_to_last(cursor: CursorWrapper) -> None:
    """The result of several statements in one is that of the last."""
    while cursor.nextset():
        pass


def _type(value: Any) -> str:
    if isinstance(value, int) and abs(value) > LARGEST:
        return "bigint" if abs(value) < 2**63 else "numeric"
    return TYPES.get(type(value), "unknown")


@lru_cache(maxsize=KEPT)
def _numbered(statement: str) -> tuple[str, list[str | int]]:
    """→ the statement with $1, $2, … and which parameter each of them is."""
    places: dict[str | int, int] = {}
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        name, is_next, _percent = found.groups()
        if name is None and is_next is None:
            return "%"
        place: str | int = name if name is not None else count
        count += is_next is not None
        return f"${places.setdefault(place, len(places) + 1)}"

    return _PLACE.sub(number, statement), list(places)
