"""What the checks need of customers, in one statement and as many index probes a customer as it has joins.

Telephone numbers were normalised at the door: whether one is stored is asked, not worked out again.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db.backends.utils import CursorWrapper

from crm.common.days import day_of
from customers.identity.hygiene.checking import Facts, codes_of
from customers.identity.hygiene.fields import FIELDS, month_number
from customers.identity.linking import ALONE, PERSON, link_key
from customers.identity.survivorship import TYPED
from customers.models.customers import ERASED_KEY

TEXTS: Final = tuple(field.key for field in FIELDS if field.key != "birth_date")
_SHARED_BY: Final = {"tax": "tax_id", "mail": "email", "phone": "phone"}

# A proposal with somebody who has become one with another is nobody's to decide, until that is undone.
# The source a customer counts to is the most trusted that speaks of them; what was typed here only where none does.
_READ: Final = f"""
SELECT c.id, coalesce(c.owner_id, 0), coalesce(c.team_id, 0), coalesce(c.tier_id, 0), coalesce(r.system_id, 0),
       greatest(c.created_at, r.changed_at, c.last_contact_at), c.kind, c.birth_date, c.link_key,
       c.phone <> '' AND EXISTS (SELECT FROM customers_contactpoint p WHERE p.customer_id = c.id
         AND p.contact_id IS NULL AND p.kind = 'phone' AND p.normalised <> '' AND p.raw = c.phone),
       EXISTS (SELECT FROM customers_match m JOIN customers_customer o ON o.id = m.right_id
         WHERE m.left_id = c.id AND m.state IN ('proposed', 'later'))
         OR EXISTS (SELECT FROM customers_match m JOIN customers_customer o ON o.id = m.left_id
         WHERE m.right_id = c.id AND m.state IN ('proposed', 'later')),
       {", ".join(f"c.{name}" for name in TEXTS)}
FROM customers_customer c LEFT JOIN LATERAL (
  SELECT max(sr.changed_at) AS changed_at,
         (array_agg(s.id ORDER BY s.key = %(typed)s, s.rank, s.key))[1] AS system_id
  FROM customers_sourcerecord sr JOIN customers_sourcesystem s ON s.id = sr.system_id
  WHERE sr.customer_id = c.id AND sr.kind = 'customers'
) r ON true
WHERE c.id = ANY(%(ids)s) AND NOT starts_with(coalesce(c.link_key, ''), '{ERASED_KEY}') ORDER BY c.id
"""  # noqa: S608 - constants
_ANY_SHARED: Final = "SELECT EXISTS (SELECT FROM customers_sharedkey)"
_SHARED: Final = "SELECT key FROM customers_sharedkey WHERE key = ANY(%(keys)s)"


class Kept(NamedTuple):
    """A row of `CustomerHygiene`."""

    customer_id: int
    owner_id: int
    team_id: int
    tier_id: int
    system_id: int
    confirmed: int
    codes: list[int]


class _Row(NamedTuple):
    id: int
    owner: int
    team: int
    tier: int
    system: int
    seen_at: datetime
    kind: str
    birth_date: date | None
    link_key: str | None
    has_number: bool
    is_proposed: bool
    values: dict[str, str]


def fresh(cursor: CursorWrapper, ids: Collection[int], *, today: date) -> list[Kept]:
    """What the hygiene of these customers is; who is gone, or was erased on request, is left out."""
    cursor.execute(_READ, {"ids": sorted(ids), "typed": TYPED})
    rows = [_row(each) for each in cursor.fetchall()]
    shared = _shared(cursor, rows)
    return [_kept(row, shared.get(row.id, ""), today) for row in rows]


def _row(found: tuple[Any, ...]) -> _Row:
    return _Row._make([*found[:11], dict(zip(TEXTS, found[11:], strict=True))])


def _kept(row: _Row, shared: str, today: date) -> Kept:
    facts = Facts(row.kind, row.values, row.birth_date, row.has_number, row.is_proposed, shared)
    confirmed = month_number(day_of(row.seen_at))
    return Kept(row.id, row.owner, row.team, row.tier, row.system, confirmed, codes_of(facts, today=today))


def _shared(cursor: CursorWrapper, rows: Iterable[_Row]) -> dict[int, str]:
    """Customer → the field whose key too many have. Those that too many have link nobody: their records stand alone."""
    cursor.execute(_ANY_SHARED)
    if not cursor.fetchone()[0]:
        return {}
    keys = {row.id: _key_of(row) for row in rows if (row.link_key or ALONE).removeprefix(PERSON).startswith(ALONE)}
    cursor.execute(_SHARED, {"keys": sorted(set(keys.values()))})
    found = {key for (key,) in cursor.fetchall()}
    return {pk: _SHARED_BY[key.removeprefix(PERSON).partition(":")[0]] for pk, key in keys.items() if key in found}


def _key_of(row: _Row) -> str:
    values = row.values
    return link_key(
        name=values["name"], kind=row.kind, tax_id=values["tax_id"], email=values["email"], phone=values["phone"],
        record="",
    )  # fmt: skip
