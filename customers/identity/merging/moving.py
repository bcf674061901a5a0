"""Rows change hands: to the survivor, with a note whose they are; and back, with all that has come for the absorbed.

One statement a table each way, set-based: an index probe a row, and one to note it.
"""

from collections import Counter
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from customers.identity.merging.rivals import Rivals
from customers.registry.movable import MovableRelation, relations_in_order

# An entry of a customer who has nothing to do with the absorbed is of before somebody gave the row away.
_GIVE: Final = """
WITH moved AS (
  UPDATE {table} t SET {column} = %(new)s WHERE t.{column} = %(old)s RETURNING t.id, {noted} AS is_noted
), noted AS (
  INSERT INTO customers_mergedrow AS e (merge_id, relation, row_id)
  SELECT %(merge)s, %(relation)s, id FROM moved WHERE is_noted
  ON CONFLICT (relation, row_id) DO UPDATE SET merge_id = excluded.merge_id, kept = NULL
  WHERE e.merge_id <> %(merge)s AND NOT e.merge_id = ANY(%(below)s)
)
SELECT count(*) FROM moved
"""
_TAKE: Final = """
UPDATE {table} t SET {column} = %(old)s FROM customers_mergedrow e
WHERE e.merge_id = ANY(%(merges)s) AND e.relation = %(relation)s AND NOT e.is_aside
 AND t.id = e.row_id AND t.{column} = %(new)s
"""
_GO_WITH: Final = """
UPDATE {table} t SET {column} = %(old)s FROM {parent} p
WHERE t.{column} = %(new)s AND {before} p.id = t.{name} AND p.{parent_column} = %(old)s
"""
_GO_TO_OWNER: Final = """
UPDATE {table} t SET {column} = %(old)s FROM (
  SELECT DISTINCT normalised FROM customers_contactpoint
  WHERE customer_id = %(old)s AND kind IN ('phone', 'email') AND normalised <> ''
) v CROSS JOIN LATERAL crm_point_owner(v.normalised) o
WHERE o.customer_id = %(old)s AND t.{flag} AND t.{value} = v.normalised AND t.{column} = %(new)s
"""


def give_all(
    cursor: CursorWrapper, *, merge: int, old: int, new: int, below: list[int], there: list[int]
) -> Counter[str]:
    """What is `old`'s stands with `new`. `below`: the merges into `old`; `there`: those into `new`. → rows by kind."""
    moved = Counter({relation.kind: 0 for relation in _moving()})
    for relation in _with_rows(cursor, old):
        rivals = Rivals(cursor, relation, customer=new, at=[old, new], merges=[merge, *below, *there], merge=merge)
        rivals.step_aside()
        values: dict[str, Any] = {"old": old, "new": new, "merge": merge, "relation": relation.table, "below": below}
        cursor.execute(_GIVE.format(table=relation.table, column=relation.column, noted=is_noted(relation)), values)
        moved[relation.kind] += int(cursor.fetchone()[0])
        rivals.stand()
    return moved


def take_back(
    cursor: CursorWrapper, *, merge: int, old: int, new: int, below: list[int], there: list[int]
) -> Counter[str]:
    """What is `old`'s, or of those absorbed by them, stands with `old` again, not with `new`. → rows by kind.

    `below`: the merges into `old`; `there`: those that are left into `new`.
    """
    returned = Counter({relation.kind: 0 for relation in _moving()})
    for relation in _with_notes(cursor, [merge, *below]):
        values: dict[str, Any] = {"old": old, "new": new, "merges": [merge, *below], "relation": relation.table}
        for statement in _returns(relation):
            cursor.execute(statement, values)
            returned[relation.kind] += int(cursor.rowcount)
        for rivals in (
            Rivals(cursor, relation, customer=old, at=[old], merges=[merge, *below], merge=merge, undone=merge),
            Rivals(cursor, relation, customer=new, at=[new], merges=there, merge=merge),
        ):
            rivals.step_aside()
            rivals.stand()
    return returned


def _moving() -> list[MovableRelation]:
    return [relation for relation in relations_in_order() if relation.moves]


def _with_rows(cursor: CursorWrapper, customer: int) -> list[MovableRelation]:
    """Of which the customer has any; most have something of a few. A probe a table, in one statement."""
    moving = _moving()
    any_of = "EXISTS (SELECT FROM {table} t WHERE t.{column} = %(customer)s)"
    said = ", ".join(any_of.format(table=one.table, column=one.column) for one in moving)
    cursor.execute(f"SELECT {said}", {"customer": customer})
    return [relation for relation, has in zip(moving, cursor.fetchone(), strict=True) if has]


def _with_notes(cursor: CursorWrapper, merges: list[int]) -> list[MovableRelation]:
    """Of which rows may go back: those that are noted, and what goes with others or with numbers."""
    cursor.execute("SELECT DISTINCT relation FROM customers_mergedrow WHERE merge_id = ANY(%s)", [merges])
    noted = {relation for (relation,) in cursor.fetchall()}
    return [one for one in _moving() if one.table in noted or one.follows or one.by_value]


def is_noted(relation: MovableRelation) -> str:
    """SQL: whether a row `t` has a note of its own whose it is, and does not go with another or with a number."""
    alone = [f"t.{name} IS NULL" for name, _table in relation.follows]
    by_value = [f"NOT t.{relation.by_value[0]}"] if relation.by_value else []
    return " AND ".join([*alone, *by_value]) or "true"


def _returns(relation: MovableRelation) -> list[str]:
    names: dict[str, Any] = {"table": relation.table, "column": relation.column}
    statements, before = [_TAKE.format(**names)], ""
    columns = {one.table: one.column for one in relations_in_order()}
    for name, parent in relation.follows:
        statements.append(
            _GO_WITH.format(**names, name=name, parent=parent, parent_column=columns[parent], before=before)
        )
        before += f"t.{name} IS NULL AND "
    if relation.by_value:
        flag, value = relation.by_value
        statements.append(_GO_TO_OWNER.format(**names, flag=flag, value=value))
    return statements
