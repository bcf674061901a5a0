"""Rows of imports that are about people who were erased, or name them, are refused one by one; the others go in.

A chunk is looked at when its rows are grouped (`customers.registry.listening.Grouped`), so files, feeds, the API and
rows that waited all pass here. Where nobody ever was erased it costs one look.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from customers.identity.privacy.hashing import digests_of
from customers.identity.privacy.suppressing import PEOPLE, keys_beside, person_keys, record_key
from customers.importing.registry import ImportSpec, Reference, get_spec
from customers.importing.sql import ERASED_REASON

FEW: Final = 2_000
_FIELDS: Final = ("name", "tax_id", "email", "phone", "address", "birth_date")
_ANYONE: Final = "SELECT EXISTS (SELECT FROM customers_suppressedkey)"
_FOUND: Final = "SELECT digest FROM customers_suppressedkey WHERE digest = ANY(%s)"
_ALL: Final = "SELECT digest FROM customers_suppressedkey"
_SAID: Final = """
SELECT g._system_id, s.key, g._key, {columns} FROM imp_grouped g JOIN customers_sourcesystem s ON s.id = g._system_id
"""
_NAMED: Final = """
SELECT g._system_id, s.key, g._key, g."{column}" FROM imp_grouped g
JOIN customers_sourcesystem s ON s.id = g._system_id WHERE g."{column}" <> ''
"""
# Of all rows of a key, as each may say something of whoever is made of it; those that name nobody to be made pass.
_BARE: Final = """
SELECT DISTINCT r._system_id, r._key, r._bare ->> 'name', r._extra::text, {columns} FROM imp_rows r
WHERE r._bare ->> 'name' <> '' AND r."{column}" <> '' AND position('/' IN r."{column}") = 0
"""
_REFUSE: Final = """
UPDATE imp_grouped g SET _conflict = %(reason)s, _conflict_column = %(column)s
FROM unnest(%(systems)s::bigint[], %(keys)s::text[]) x (system_id, key)
WHERE g._system_id = x.system_id AND g._key = x.key;
UPDATE imp_rows r SET _bare = NULL FROM unnest(%(systems)s::bigint[], %(keys)s::text[]) x (system_id, key)
WHERE r._system_id = x.system_id AND r._key = x.key
"""
Row = tuple[int, str]
"""Of a chunk: the source's id, and the record's key."""


def refuse_erased(cursor: CursorWrapper, kind: str) -> None:
    """Of a chunk's rows in `imp_grouped`: those of people who were erased, those that name them, and those that would
    make them anew as customers of whom nothing else has come yet.
    """
    cursor.execute(_ANYONE)
    if not cursor.fetchone()[0]:
        return
    spec = get_spec(kind)
    if kind in PEOPLE:
        _refuse(cursor, _said(cursor, spec), column=spec.key)
    for reference in spec.references:
        if reference.kind in PEOPLE:
            _refuse(cursor, _named(cursor, reference), column=reference.column)
        if get_spec(reference.kind).missing:
            _refuse(cursor, _bare(cursor, spec, reference), column=reference.column)


def _said(cursor: CursorWrapper, spec: ImportSpec) -> dict[Row, set[str]]:
    names = [name for name in _FIELDS if name in spec.names]
    cursor.execute(_SAID.format(columns=", ".join(f'g."{name}"' for name in names)))
    found: dict[Row, set[str]] = {}
    for system_id, system, key, *values in cursor.fetchall():
        own = record_key(system=system, kind=spec.kind, external_id=key)
        found[system_id, key] = {own, *person_keys(dict(zip(names, values, strict=True)))}
    return found


def _named(cursor: CursorWrapper, reference: Reference) -> dict[Row, set[str]]:
    """A name with a slash may be another source's."""
    cursor.execute(_NAMED.format(column=reference.column))
    return {
        (system_id, key): _named_keys(system, reference.kind, named)
        for system_id, system, key, named in cursor.fetchall()
    }


def _bare(cursor: CursorWrapper, spec: ImportSpec, reference: Reference) -> dict[Row, set[str]]:
    texts = [column.name for column in spec.columns if column.sql.startswith("text")]
    columns = ", ".join(f'r."{name}"' for name in texts)
    cursor.execute(_BARE.format(column=reference.column, columns=columns))
    found: dict[Row, set[str]] = defaultdict(set)
    for system_id, key, name, extra, *values in cursor.fetchall():
        found[system_id, key] |= keys_beside(name, _cells(extra, values))
    return found


def _cells(extra: str | None, values: Sequence[Any]) -> set[str]:
    unknown: dict[str, Any] = json.loads(extra) if extra else {}
    return {str(value) for value in (*unknown.values(), *values) if value}


def _named_keys(system: str, kind: str, named: str) -> set[str]:
    other, slash, rest = named.partition("/")
    keys = {record_key(system=system, kind=kind, external_id=named)}
    return keys | ({record_key(system=other, kind=kind, external_id=rest)} if slash else set())


def erased_among(kind: str, system: str, rows: Sequence[Mapping[str, str]]) -> set[int]:
    """Of rows that could not go in, the places of those that say or name somebody who was erased."""
    with connection.cursor() as cursor:
        cursor.execute(_ANYONE)
        if not cursor.fetchone()[0]:
            return set()
        spec = get_spec(kind)
        digests = {
            place: {digest for key in _keys_of(spec, system, row) for digest in digests_of(key)}
            for place, row in enumerate(rows)
        }
        known = _known(cursor, {digest for found in digests.values() for digest in found})
        return {place for place, found in digests.items() if found & known}


def _keys_of(spec: ImportSpec, system: str, row: Mapping[str, str]) -> set[str]:
    keys = person_keys(row)
    if spec.kind in PEOPLE and (own := row.get(spec.key)):
        keys.add(record_key(system=system, kind=spec.kind, external_id=own))
    elif name := row.get("name"):
        keys |= keys_beside(name, row.values())
    for reference in spec.references:
        if reference.kind in PEOPLE and (named := row.get(reference.column)):
            keys |= _named_keys(system, reference.kind, named)
    return keys


def _refuse(cursor: CursorWrapper, rows: Mapping[Row, set[str]], *, column: str) -> None:
    digests = {key: digests_of(key) for keys in rows.values() for key in keys}
    known = _known(cursor, {digest for found in digests.values() for digest in found})
    refused = [row for row, keys in rows.items() if any(not known.isdisjoint(digests[key]) for key in keys)]
    if refused:
        systems, keys = [system for system, _key in refused], [key for _system, key in refused]
        cursor.execute(
            _REFUSE, {"reason": str(ERASED_REASON), "column": column, "systems": systems, "keys": keys}
        )  # fmt: skip


def _known(cursor: CursorWrapper, digests: Collection[str]) -> set[str]:
    """Few are looked up; of many those there are are read."""
    cursor.execute(_FOUND, [list(digests)]) if len(digests) <= FEW else cursor.execute(_ALL)
    return {digest for (digest,) in cursor.fetchall()}
