"""Groups are worked out anew where something was said, or where customers became one or two."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.backends.utils import CursorWrapper

from crm.common import locks
from customers.identity.relating.groups import Place, Said, place
from customers.models import GroupMember, Relation

KINDS: Final[tuple[str, ...]] = tuple(Relation.Kind.values)

# All who hang together with some, as who they are today. Each by probes of the indexes on customer and other end.
_TOGETHER: Final = """
WITH RECURSIVE seen (id) AS (
  SELECT coalesce(m.root_id, s.id) FROM unnest(%(ids)s::bigint[]) s (id)
  LEFT JOIN customers_merge m ON m.absorbed_id = s.id AND m.undone_at IS NULL
  UNION
  SELECT coalesce(m.root_id, e.id)
  FROM seen CROSS JOIN LATERAL (
    SELECT seen.id AS number
    UNION ALL SELECT absorbed_id FROM customers_merge WHERE root_id = seen.id AND undone_at IS NULL
  ) called CROSS JOIN LATERAL (
    SELECT r.to_id AS id FROM customers_relation r WHERE r.customer_id = called.number AND r.kind = %(kind)s
    UNION ALL SELECT r.customer_id FROM customers_relation r WHERE r.to_id = called.number AND r.kind = %(kind)s
  ) e LEFT JOIN customers_merge m ON m.absorbed_id = e.id AND m.undone_at IS NULL
)
SELECT id FROM seen
"""
_CALLED: Final = """
SELECT absorbed_id, root_id FROM customers_merge WHERE root_id = ANY(%(ids)s::bigint[]) AND undone_at IS NULL
"""
# Of who is anybody, or was: whether anything is said of them.
_ANYTHING: Final = """
SELECT EXISTS (
  SELECT FROM (
    SELECT unnest(%(ids)s::bigint[]) AS id
    UNION ALL SELECT absorbed_id FROM customers_merge WHERE root_id = ANY(%(ids)s::bigint[]) AND undone_at IS NULL
  ) c WHERE EXISTS (SELECT FROM customers_relation r WHERE r.customer_id = c.id)
     OR EXISTS (SELECT FROM customers_relation r WHERE r.to_id = c.id)
     OR EXISTS (SELECT FROM customers_groupmember g WHERE g.customer_id = c.id)
)
"""


@dataclass(frozen=True, kw_only=True)
class Together:
    """Who hangs together: as who they are today, with all numbers they ever had, and where each belongs."""

    customers: set[int]
    numbers: set[int]
    places: dict[int, Place]


def numbers_of(cursor: CursorWrapper, customer_ids: Iterable[int]) -> dict[int, int]:
    """Whom those customers have absorbed → with which of them that one is one now."""
    cursor.execute(_CALLED, {"ids": list(customer_ids)})
    return dict(cursor.fetchall())


def together(cursor: CursorWrapper, *, kind: str, customer_ids: Iterable[int]) -> Together:
    """Of all who hang together with some of those. Three queries, whoever they are."""
    cursor.execute(_TOGETHER, {"kind": kind, "ids": list(customer_ids)})
    customers = {pk for (pk,) in cursor.fetchall()}
    became = numbers_of(cursor, customers)
    rows = Relation.objects.filter(kind=kind, customer_id__in=customers | set(became))
    said = [
        Said(pk=pk, customer_id=customer, to_id=to, at=at)
        for pk, customer, to, at in rows.values_list("pk", "customer_id", "to_id", "at")
    ]
    return Together(customers=customers, numbers=customers | set(became), places=place(kind, said, became))


def regroup(cursor: CursorWrapper, customer_ids: Iterable[int], *, kinds: Iterable[str] = KINDS) -> None:
    """Write the groups that those customers are in. `RELATIONS` is held."""
    ids = list(customer_ids)
    for kind in kinds:
        found = together(cursor, kind=kind, customer_ids=ids)
        GroupMember.objects.filter(kind=kind, customer_id__in=found.numbers | set(ids)).delete()
        GroupMember.objects.bulk_create(
            GroupMember(kind=kind, customer_id=customer, root_id=to.root_id, parent_id=to.parent_id)
            for customer, to in sorted(found.places.items(), key=lambda one: one[0])
        )


def follow_moves(cursor: CursorWrapper, customer_ids: list[int], _since: date) -> None:
    """Customers have become one, or two: the groups they were in are another's. Most are in none: one query."""
    cursor.execute(_ANYTHING, {"ids": customer_ids})
    if cursor.fetchone()[0]:
        locks.take(cursor, exclusive=[locks.RELATIONS], wait_s=locks.JOB_PATIENCE_S)
        regroup(cursor, customer_ids)
