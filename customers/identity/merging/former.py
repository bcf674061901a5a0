"""What came under a record that was linked before links left merges: found by its source, as nothing notes it.

Where the customer has one record of that source alone, all that the source says of them is that record's: people, and
what has the number of its record (orders, invoices). Of the rest it is not known.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from customers.registry.movable import relations_in_order

_LINK: Final = """
SELECT m.root_id, r.system_id FROM customers_merge m JOIN customers_sourcerecord r ON r.id = m.record_id
WHERE m.id = %(merge)s AND m.snapshot ? 'former' AND NOT EXISTS (
  SELECT FROM customers_sourcerecord o WHERE o.customer_id = m.root_id AND o.kind = 'customers'
    AND o.system_id = r.system_id AND o.id <> r.id)
"""
_PEOPLE: Final = """
SELECT 'customers_contact' AS relation, s.object_id AS row_id FROM link JOIN customers_sourcerecord s
  ON s.customer_id = link.root_id AND s.system_id = link.system_id AND s.kind = 'contacts'
UNION ALL
SELECT 'customers_sourcerecord', s.id FROM link JOIN customers_sourcerecord s
  ON s.customer_id = link.root_id AND s.system_id = link.system_id AND s.kind = 'contacts'
"""
# An index probe each of the customer's.
_NUMBERED: Final = """
SELECT '{table}', t.id FROM link JOIN {table} t ON t.{column} = link.root_id JOIN customers_sourcerecord s
  ON s.system_id = link.system_id AND s.kind = '{kind}' AND s.external_id = t.{numbered} AND s.object_id = t.id
"""
_FOUND: Final = """
WITH link AS MATERIALIZED ({link}), found AS ({arms})
SELECT {what} FROM found f WHERE NOT EXISTS (
  SELECT FROM customers_mergedrow e WHERE e.relation = f.relation AND e.row_id = f.row_id)
"""
_NOTE: Final = "INSERT INTO customers_mergedrow (merge_id, relation, row_id) {found} ON CONFLICT DO NOTHING"


def count_former(cursor: CursorWrapper, *, merge: int) -> dict[str, int]:
    """How many rows of each table would go with the record beside those that are noted."""
    cursor.execute(f"{_found('f.relation, count(*)')} GROUP BY f.relation", {"merge": merge})
    return dict(cursor.fetchall())


def note_former(cursor: CursorWrapper, *, merge: int) -> None:
    """From now on they are the record's, as if they came today."""
    cursor.execute(_NOTE.format(found=_found("%(merge)s, f.relation, f.row_id")), {"merge": merge})


def _found(what: str) -> str:
    numbered = [
        _NUMBERED.format(table=one.table, column=one.column, kind=one.kind, numbered=one.numbered)
        for one in relations_in_order()
        if one.numbered
    ]
    return _FOUND.format(link=_LINK, arms=" UNION ALL ".join([_PEOPLE, *numbered]), what=what)
