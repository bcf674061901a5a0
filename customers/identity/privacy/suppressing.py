"""An erased person does not come back by the next file: what they would be known by is kept as a keyed hash.

A key says who somebody is: what their source calls them, their tax ID, their name with an address, with a phone number
or with a date of birth. A number or an address alone is none: a family shares it. Names are compared as links compare
them, so that another spelling is the same. The key of the hash is the installation's secret, which stands in no table.
"""

import hashlib
import hmac
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.identity.normalising import (
    comparable_email,
    comparable_name,
    normalise_email,
    normalise_phone_cached,
    normalise_tax_id,
)
from customers.importing.registry import ImportSpec, get_spec
from customers.importing.sql import ERASED_REASON
from customers.models import PrivacyRequest, SuppressedKey

PEOPLE: Final = ("customers", "contacts")
"""Kinds whose rows are people, and which other rows name."""
FEW: Final = 2_000
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
_REFUSE: Final = """
UPDATE imp_grouped g SET _conflict = %(reason)s, _conflict_column = %(column)s
FROM unnest(%(systems)s::bigint[], %(keys)s::text[]) x (system_id, key)
WHERE g._system_id = x.system_id AND g._key = x.key;
UPDATE imp_rows r SET _bare = NULL FROM unnest(%(systems)s::bigint[], %(keys)s::text[]) x (system_id, key)
WHERE r._system_id = x.system_id AND r._key = x.key
"""
Row = tuple[int, str]
"""Of a chunk: the source's id, and the record's key."""


class ErasedOnRequest(DomainError):
    """Whoever is typed in was erased on request."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This person was erased on request and is not kept again. If they want to be, an administrator lets "
                "them come again under “Privacy requests”."
            )
        )


@cache
def _secrets() -> tuple[bytes, ...]:
    """The one of now first, then those of before as far as they are told: else who was erased is known no more."""
    told = [os.environ.get("CRM_SUPPRESSION_KEY", ""), *map(str, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))]
    return tuple(hashlib.sha256(b"erased people\0" + one.encode()).digest() for one in dict.fromkeys(told) if one)


def digest_of(key: str) -> str:
    return digests_of(key)[0]


def digests_of(key: str) -> list[str]:
    """By each secret under which it may be known."""
    return [hmac.new(one, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest() for one in _secrets()]


def record_key(*, system: str, kind: str, external_id: str) -> str:
    return f"record|{system.lower()}|{kind}|{external_id}"


def person_keys(said: Mapping[str, Any]) -> set[str]:
    """What a record that says this of a person makes them known by; fields as a file of customers has them."""
    tax, email, phone = (str(said.get(name) or "") for name in ("tax_id", "email", "phone"))
    keys = {f"tax|{plain}"} if tax and (plain := normalise_tax_id(tax)) else set()
    name = comparable_name(str(said.get("name") or ""))
    if not name:
        return keys
    if email and (address := normalise_email(email)):
        keys.add(f"mail|{comparable_email(address)}|{name}")
    if phone and (number := normalise_phone_cached(phone)):
        keys.add(f"phone|{number}|{name}")
    if born := said.get("birth_date"):
        keys.add(f"born|{born.isoformat() if isinstance(born, date) else born}|{name}")
    return keys


def suppress(*, request: PrivacyRequest, keys: Iterable[str]) -> None:
    """Refuse whoever brings one of the keys from now on."""
    rows = [SuppressedKey(digest=digest_of(key), request=request) for key in sorted(set(keys))]
    SuppressedKey.objects.bulk_create(rows, ignore_conflicts=True)


def check_person(said: Mapping[str, Any], *, before: Mapping[str, Any] | None = None) -> None:
    """Raises ErasedOnRequest where somebody types in a person who was erased, and who they were not `before`."""
    keys = person_keys(said) - (person_keys(before) if before else set())
    digests = [digest for key in keys for digest in digests_of(key)]
    if digests and SuppressedKey.objects.filter(digest__in=digests).exists():
        raise ErasedOnRequest


def refuse_erased(cursor: CursorWrapper, kind: str) -> None:
    """Of a chunk's rows in `imp_grouped`, those of people who were erased, and those that name them, are refused.

    Where nobody ever was, it costs one look.
    """
    cursor.execute(_ANYONE)
    if not cursor.fetchone()[0]:
        return
    spec = get_spec(kind)
    if kind in PEOPLE:
        _refuse(cursor, _said(cursor, spec), column=spec.key)
    for reference in spec.references:
        if reference.kind in PEOPLE:
            _refuse(cursor, _named(cursor, reference.column, reference.kind), column=reference.column)


def _said(cursor: CursorWrapper, spec: ImportSpec) -> dict[Row, set[str]]:
    names = [name for name in ("name", "tax_id", "email", "phone", "birth_date") if name in spec.names]
    cursor.execute(_SAID.format(columns=", ".join(f'g."{name}"' for name in names)))
    found: dict[Row, set[str]] = {}
    for system_id, system, key, *values in cursor.fetchall():
        own = record_key(system=system, kind=spec.kind, external_id=key)
        found[system_id, key] = {own, *person_keys(dict(zip(names, values, strict=True)))}
    return found


def _named(cursor: CursorWrapper, column: str, kind: str) -> dict[Row, set[str]]:
    """A name with a slash may be another source's."""
    cursor.execute(_NAMED.format(column=column))
    return {
        (system_id, key): _named_keys(system, kind, named) for system_id, system, key, named in cursor.fetchall()
    }  # fmt: skip


def _named_keys(system: str, kind: str, named: str) -> set[str]:
    other, slash, rest = named.partition("/")
    keys = {record_key(system=system, kind=kind, external_id=named)}
    return keys | ({record_key(system=other, kind=kind, external_id=rest)} if slash else set())


def erased_among(kind: str, system: str, rows: Sequence[Mapping[str, str]]) -> set[int]:
    """Of rows that could not go in, the places of those that say or name somebody who was erased.

    Where nobody ever was, it costs one look.
    """
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
