"""The indexes that find the facts of a cell, made and replaced while facts are written."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from metrics.engine.needs import SIGN, Index

STORED = f"""
SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), i.indisvalid
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE obj_description(c.oid, 'pg_class') LIKE '{SIGN} %%' OR c.relname = ANY(%s)"""
# The index as PostgreSQL understands it, on a table of the same columns without rows.
UNDERSTOOD = """
CREATE TEMPORARY TABLE metrics_understood (LIKE {table}) ON COMMIT DROP;
CREATE INDEX metrics_understood_index ON metrics_understood {columns}"""
DEFINITIONS = """
SELECT regexp_replace(pg_get_indexdef(to_regclass(name)), '^.* USING ', '')
FROM unnest(ARRAY[%s, 'metrics_understood_index']) WITH ORDINALITY AS n (name, place) ORDER BY place"""


@dataclass(frozen=True, slots=True)
class Stored:
    comment: str
    is_valid: bool


def install_indexes(indexes: Sequence[Index]) -> list[str]:
    """Make what is missing, replace what differs, remove what nobody declares; returns the names touched."""
    stored = stored_indexes([each.name for each in indexes])
    touched = [each for each in indexes if not _stands(each, stored.get(each.name))]
    for each in touched:
        _install(each, is_there=each.name in stored)
    left_over = set(stored) - {each.name for each in indexes}
    for name in left_over:
        _execute(f"DROP INDEX {_beside_writers()} IF EXISTS {name}")
    return [*(each.name for each in touched), *left_over]


def stored_indexes(names: list[str]) -> dict[str, Stored]:
    """Those named, and those that carry a hash of ours."""
    with connection.cursor() as cursor:
        cursor.execute(STORED, [names])
        return {name: Stored(comment, is_valid) for name, comment, is_valid in cursor.fetchall()}


def _stands(index: Index, stored: Stored | None) -> bool:
    """Whether it is there as declared. One without a hash (a migration made it, or it was dropped for a bulk load and
    made again) is looked at, and gets it.
    """
    if stored is None or not stored.is_valid:
        return False
    if stored.comment:
        return stored.comment == f"{SIGN} {index.digest}"
    is_same = _is_understood_alike(index)
    if is_same:
        _sign(index)
    return is_same


def _is_understood_alike(index: Index) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNDERSTOOD.format(table=index.table, columns=index.columns))
        cursor.execute(DEFINITIONS, [index.name])
        (there,), (declared,) = cursor.fetchall()
        cursor.execute("DROP TABLE metrics_understood")
        return bool(there == declared)


def _install(index: Index, *, is_there: bool) -> None:
    """A new one beside the old, which serves until then."""
    beside = _beside_writers()
    building = f"{index.name}_new"
    _execute(f"DROP INDEX {beside} IF EXISTS {building}")  # left by one that was killed
    _execute(f"CREATE INDEX {beside} {building} ON {index.table} {index.columns}")
    if is_there:
        _execute(f"DROP INDEX {beside} {index.name}")
    _execute(f"ALTER INDEX {building} RENAME TO {index.name}")
    _sign(index)


def _sign(index: Index) -> None:
    _execute(f"COMMENT ON INDEX {index.name} IS '{SIGN} {index.digest}'")


def _beside_writers() -> str:
    """Inside a transaction PostgreSQL cannot; there it is a test's own, or a table nobody else sees yet."""
    return "" if connection.in_atomic_block else "CONCURRENTLY"


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
