"""Spellings held against the names they are of: what the nightly check finds, and puts right."""

from typing import Final

from django.db.backends.utils import CursorWrapper

# Names of a range whose spelling is another, missing or too much; one probe of it a name.
_WRONG: Final = """
SELECT n.id FROM {names} n LEFT JOIN {spellings} s ON s.{key} = n.id
WHERE n.id >= %(first)s AND n.id < %(after)s
  AND s.spelt IS DISTINCT FROM CASE WHEN n.name ~ '[㐀-鿿]' THEN crm_spelt(n.name) END
"""
_LOCK: Final = "SELECT FROM {names} WHERE id = ANY(%(ids)s) ORDER BY id FOR SHARE"
_DELETE: Final = """
DELETE FROM {spellings} s USING {names} n WHERE n.id = s.{key} AND n.id = ANY(%(ids)s) AND n.name !~ '[㐀-鿿]'
"""
_WRITE: Final = """
INSERT INTO {spellings} AS s SELECT n.id, crm_spelt(n.name) FROM {names} n
WHERE n.id = ANY(%(ids)s) AND n.name ~ '[㐀-鿿]'
ON CONFLICT ({key}) DO UPDATE SET spelt = EXCLUDED.spelt WHERE s.spelt <> EXCLUDED.spelt
"""
CUSTOMERS: Final = {
    "names": "customers_customer",
    "spellings": "customers_customerspelling",
    "key": "customer_id",
}
CONTACTS: Final = {
    "names": "customers_contact",
    "spellings": "customers_contactspelling",
    "key": "contact_id",
}


def find_customers(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    return _find(cursor, CUSTOMERS, first, after)


def find_contacts(cursor: CursorWrapper, first: int, after: int) -> list[int]:
    return _find(cursor, CONTACTS, first, after)


def mend_customers(cursor: CursorWrapper, ids: list[int]) -> int:
    return _mend(cursor, CUSTOMERS, ids)


def mend_contacts(cursor: CursorWrapper, ids: list[int]) -> int:
    return _mend(cursor, CONTACTS, ids)


def _find(cursor: CursorWrapper, tables: dict[str, str], first: int, after: int) -> list[int]:
    cursor.execute(_WRONG.format(**tables), {"first": first, "after": after})
    return [pk for (pk,) in cursor.fetchall()]


def _mend(cursor: CursorWrapper, tables: dict[str, str], ids: list[int]) -> int:
    cursor.execute(_LOCK.format(**tables), {"ids": ids})
    changed = 0
    for statement in (_DELETE, _WRITE):
        cursor.execute(statement.format(**tables), {"ids": ids})
        changed += int(cursor.rowcount)
    return changed
