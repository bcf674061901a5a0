"""The statements of an erase, put together from what is registered of each table."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from customers.importing.sql import ERASED
from customers.registry.personal import Holding, holdings

ROWS: Final = 2_000
RECORDS: Final = 50_000

# Names are those of registered tables and columns. By the index on their customer, where there is one.
_COUNT: Final = "SELECT count(*) FROM {table} f WHERE {whose}"
_DELETE: Final = "DELETE FROM {table} f WHERE {whose}"
_BLANK: Final = "UPDATE {table} f SET {values} WHERE {whose}"
_BLANK_SOME: Final = """
WITH these AS MATERIALIZED (
  SELECT f.id FROM {table} f WHERE {whose} AND f.id > %(after)s ORDER BY f.id LIMIT %(most)s
), blanked AS (
  UPDATE {table} f SET {values} FROM these WHERE f.id = these.id
)
SELECT max(id), count(*) FROM these
"""
# What a file said of a fact beside its columns; and nothing is written to the fact any more. One range of the records'
# primary key, held against the facts of the person, which their index gives.
_RECORDS: Final = """
WITH facts (kind, id) AS MATERIALIZED ({facts})
UPDATE customers_sourcerecord r SET payload = NULL, digest = '{erased}' FROM facts
WHERE r.id > %(after)s AND r.id <= %(last)s AND r.kind = facts.kind AND r.object_id = facts.id
"""
_FACTS: Final = "SELECT '{kind}', f.id FROM {table} f WHERE {whose}"


def count(cursor: CursorWrapper, holding: Holding, whose: str, ids: Mapping[str, Any]) -> int:
    cursor.execute(_COUNT.format(table=holding.table, whose=whose), ids)
    return int(cursor.fetchone()[0])


def erase_rows(cursor: CursorWrapper, holding: Holding, whose: str, ids: Mapping[str, Any]) -> int:
    """Delete or blank them all at once, but those that say nothing any more; → how many."""
    if not holding.goes:
        whose = f"{whose} AND ({_says(holding)})"
    statement = _DELETE if holding.goes else _BLANK
    cursor.execute(statement.format(table=holding.table, whose=whose, values=_values(holding)), ids)
    return int(cursor.rowcount)


def blank_some(
    cursor: CursorWrapper, holding: Holding, whose: str, ids: Mapping[str, Any], *, after: int
) -> tuple[int | None, int]:
    """Blank the next rows; → the last one's id, None at the end, and how many they were."""
    statement = _BLANK_SOME.format(table=holding.table, whose=whose, values=_values(holding))
    cursor.execute(statement, {**ids, "after": after, "most": ROWS})
    last, found = cursor.fetchone()
    return last, int(found)


def forget_records(cursor: CursorWrapper, ids: Mapping[str, Any], *, is_contact: bool, after: int, last: int) -> int:
    """Of records of facts in a range of ids; → how many."""
    facts = " UNION ALL ".join(
        _FACTS.format(kind=holding.records, table=holding.table, whose=whose)
        for holding in holdings()
        if holding.records
        for whose in holding.blanked(is_contact=is_contact)
    )
    cursor.execute(_RECORDS.format(facts=facts, erased=ERASED), {**ids, "after": after, "last": last})
    return int(cursor.rowcount)


def _values(holding: Holding) -> str:
    return ", ".join(f"{column} = {value}" for column, value in holding.blanks.items())


def _says(holding: Holding) -> str:
    return " OR ".join(f"f.{column} IS DISTINCT FROM ({value})" for column, value in holding.blanks.items())
