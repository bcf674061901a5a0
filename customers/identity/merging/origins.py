"""Whose a row of a file is, where it stands with a survivor: of whoever's external id it names.

Chunks hold `locks.MERGES` shared, and who undoes a merge holds it alone: what is looked up here stays so. Where nobody
is merged, one look is all it costs.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.identity.merging.forest import RECORDS
from customers.identity.merging.moving import is_noted
from customers.importing.registry import ImportSpec, Reference, get_spec
from customers.registry.movable import find_relation, relations_in_order

_ANYONE: Final = "SELECT EXISTS (SELECT FROM customers_merge WHERE undone_at IS NULL)"
_CREATE: Final = "DROP TABLE IF EXISTS imp_origins; CREATE TEMP TABLE imp_origins ON COMMIT DROP AS "
# By the record that a row names. Two index probes a row.
_NAMED: Final = """
SELECT k._object AS row_id, k._record AS record_id, {origin} AS merge_id FROM imp_keys k
LEFT JOIN imp_refs r ON r.kind = 'customers' AND r._system_id = k._system_id AND r.ref = k."{column}"
LEFT JOIN customers_mergedrow e ON e.relation = 'customers_sourcerecord' AND e.row_id = r.record_id {parent}
WHERE k._action IN ('created', 'updated')
"""
_PARENT: Final = """
LEFT JOIN customers_mergedrow p ON k."{column}" = '' AND p.relation = '{table}' AND p.row_id = k."{name}"
"""
_BY_KEY: Final = """
SELECT NULL::bigint AS row_id, k._record AS record_id, k._merge AS merge_id FROM imp_keys k
WHERE k._action = 'created' AND k._merge IS NOT NULL
"""
_NOTE: Final = """
DELETE FROM customers_mergedrow e USING imp_origins o
WHERE e.relation = %(relation)s AND e.row_id = o.{row} AND NOT e.is_aside AND e.merge_id IS DISTINCT FROM o.merge_id;
INSERT INTO customers_mergedrow (merge_id, relation, row_id)
SELECT o.merge_id, %(relation)s, o.{row} FROM imp_origins o WHERE o.merge_id IS NOT NULL
ON CONFLICT (relation, row_id) DO NOTHING
"""
_FOLLOW: Final = """
DELETE FROM customers_mergedrow e USING {rows} f WHERE e.relation = '{table}' AND e.row_id = f.id;
INSERT INTO customers_mergedrow (merge_id, relation, row_id)
SELECT p.merge_id, '{table}', f.id FROM {rows} f JOIN {table} t ON t.id = f.id
JOIN customers_mergedrow p ON p.relation = '{parent}' AND p.row_id = t.{name}
"""
# The key of a bare customer who was absorbed, when their own row comes, unless somebody has it.
_KEYS: Final = """
UPDATE customers_merge m SET link_key = x.link_key FROM (
  SELECT DISTINCT ON (k.link_key) k.link_key, e.merge_id
  FROM imp_keys k JOIN customers_mergedrow e ON e.relation = 'customers_sourcerecord' AND e.row_id = k._record_id
  WHERE k._action = 'created' ORDER BY k.link_key, e.merge_id
) x WHERE m.id = x.merge_id AND starts_with(m.link_key, 'rec:')
  AND NOT EXISTS (SELECT FROM customers_customer c WHERE c.link_key = x.link_key)
  AND NOT EXISTS (SELECT FROM customers_merge o WHERE o.link_key = x.link_key AND o.undone_at IS NULL)
"""
_OWN: Final = """
INSERT INTO customers_mergedrow (merge_id, relation, row_id)
SELECT %(merge)s, %(relation)s, t.id FROM {table} t WHERE t.{column} = %(old)s AND {noted}
ON CONFLICT (relation, row_id) DO NOTHING
"""
_HAND_ON: Final = """
UPDATE customers_merge SET survivor_id = coalesce(
  (SELECT m.absorbed_id FROM customers_merge m WHERE m.id = %(merge)s), %(new)s)
WHERE survivor_id = %(old)s AND undone_at IS NULL;
UPDATE customers_merge SET root_id = %(new)s WHERE root_id = %(old)s AND undone_at IS NULL
"""


def anyone_is_merged(cursor: CursorWrapper) -> bool:
    cursor.execute(_ANYONE)
    return bool(cursor.fetchone()[0])


def note_origins(cursor: CursorWrapper, kind: str) -> None:
    """Of the rows in `imp_keys`, and of their records where these stand with customers."""
    spec = get_spec(kind)
    reference = next((one for one in spec.references if one.kind == "customers"), None)
    by_key = spec.record_column == "customer_id"
    if not (by_key or (reference and find_relation(spec.table))) or not anyone_is_merged(cursor):
        return
    cursor.execute(_CREATE + (_named(spec, reference) if reference else _BY_KEY))
    cursor.execute("ANALYZE imp_origins")
    if reference:
        cursor.execute(_NOTE.format(row="row_id"), {"relation": spec.table})
    if spec.keeps_payload:
        cursor.execute(_NOTE.format(row="record_id"), {"relation": RECORDS})


def _named(spec: ImportSpec, reference: Reference) -> str:
    relation = find_relation(spec.table)
    column, origin, parent = reference.column, "e.merge_id", ""
    if relation and relation.belongs:
        name, table = relation.belongs
        origin, parent = "coalesce(e.merge_id, p.merge_id)", _PARENT.format(column=column, table=table, name=name)
    return _NAMED.format(column=column, origin=origin, parent=parent)


def follow(cursor: CursorWrapper, *, table: str, rows: str, parent: str, name: str) -> None:
    """The `rows` (id) of a table have got the customer of the `parent` that their column `name` names."""
    if anyone_is_merged(cursor):
        cursor.execute(_FOLLOW.format(table=table, rows=rows, parent=parent, name=name))


def take_keys(cursor: CursorWrapper) -> None:
    """Own rows of bare customers who were absorbed are in `imp_keys`."""
    if anyone_is_merged(cursor):
        cursor.execute(_KEYS)


def hand_on(cursor: CursorWrapper, *, old: int, new: int, merge: int | None) -> None:
    """`old` is about to give all to `new`, for good; `merge`: or to the one absorbed by it, who stands with `new`."""
    if not anyone_is_merged(cursor):
        return
    for relation in relations_in_order():
        if merge and relation.moves:
            values: dict[str, int | str] = {"merge": merge, "relation": relation.table, "old": old}
            names = {"table": relation.table, "column": relation.column, "noted": is_noted(relation)}
            cursor.execute(_OWN.format(**names), values)
    cursor.execute(_HAND_ON, {"old": old, "new": new, "merge": merge})
