"""How many values of customers another rule would change: of all, or, where that takes too long, of a part of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.access import Reader
from crm.common.admin import estimated_count
from customers.identity.ordering import Rule, Rules, given, read_rules
from customers.identity.overview import in_words
from customers.identity.survivorship import provenances, winners
from customers.models import Customer, SourceRecord

BUDGET_S: Final = 1.5
SHOWN: Final = 10
WINDOW: Final = 500
PARTS: Final = 64

_SPAN: Final = """
SELECT min(customer_id), max(customer_id) FROM customers_sourcerecord WHERE customer_id IS NOT NULL
"""
# The next customers of a part, and of whom of them several records speak. Cost: their records, by the index.
_WINDOW: Final = """
SELECT count(*), max(customer_id), coalesce(array_agg(customer_id) FILTER (WHERE records > 1), '{}') FROM (
  SELECT customer_id, count(*) AS records FROM customers_sourcerecord
  WHERE kind = 'customers' AND customer_id > %s AND customer_id <= %s
  GROUP BY customer_id ORDER BY customer_id LIMIT %s
) n
"""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A value that would be another, and which source says the new one."""

    customer: Customer
    before: str
    after: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`changed` of the `looked` customers would show another value; `total`: how many there are, about."""

    changed: int
    looked: int
    total: int
    is_whole: bool
    sample: list[Change]

    @property
    def estimate(self) -> int:
        """How many would change of all, by its first two figures."""
        return _rounded(self.changed * self.total / max(self.looked, 1))

    @property
    def about(self) -> int:
        return _rounded(self.total)


def preview(*, field: str, rule: Rule, reader: Reader, budget_s: float = BUDGET_S) -> Preview:
    """What stands beside what `rule` would show. Writes nothing; stops at the window in which the time is over.

    Looked at in turn are parts of equal width of the customers' numbers, so that a part of the whole stands for it.
    """
    changed, looked, found = 0, 0, list[tuple[int, str, str, int]]()
    until = monotonic() + budget_s
    with connection.cursor() as cursor:
        rules = _with(read_rules(cursor), field, rule)
        parts = _parts(cursor)
        while parts:
            after, last = parts.pop(0)
            cursor.execute(_WINDOW, [after, last, WINDOW])
            count, reached, ids = cursor.fetchone()
            looked += count
            if ids:
                more, some = _changes(cursor, field, rules, ids)
                changed, found = changed + more, [*found, *some]
            if count == WINDOW:
                parts.append((reached, last))
            if monotonic() > until:
                break
    return Preview(
        changed=changed, looked=looked, total=looked if not parts else _all(), is_whole=not parts,
        sample=_sample(field, found[:SHOWN], reader),
    )  # fmt: skip


def _rounded(count: float) -> int:
    return int(float(f"{count:.2g}"))


def _all() -> int:
    return estimated_count(Customer.objects.all())


def _with(rules: Rules, field: str, rule: Rule) -> Rules:
    others = [one for one in rules if one[0] != field]
    return tuple(sorted([*others, (field, rule)])) if rule != Rule() else tuple(others)


def _parts(cursor: CursorWrapper) -> list[tuple[int, int]]:
    """(after, last) of each; in an order in which neighbours are far from each other."""
    cursor.execute(_SPAN)
    first, last = cursor.fetchone()
    if first is None:
        return []
    width = max(-(-(last - first + 1) // PARTS), WINDOW)
    parts = [(after, min(after + width, last)) for after in range(first - 1, last, width)]
    return [parts[place] for place in _spread(len(parts))]


def _spread(count: int) -> Iterator[int]:
    """0 … count - 1, by their bits from the last to the first (van der Corput, 1935)."""
    bits = max(count - 1, 1).bit_length()
    for number in range(1 << bits):
        place = int(f"{number:0{bits}b}"[::-1], 2)
        if place < count:
            yield place


def _changes(
    cursor: CursorWrapper, field: str, rules: Rules, ids: Sequence[int]
) -> tuple[int, list[tuple[int, str, str, int]]]:
    cursor.execute(_changed(field, rules), {"ids": list(ids), "shown": SHOWN})
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return (rows[0][0] if rows else 0), [(pk, before, after, record) for _n, pk, before, after, record in rows]


def _changed(field: str, rules: Rules) -> str:
    """One aggregate a customer, of those in `ids`."""
    customers = "SELECT id AS customer_id, NULL::text AS link_key FROM unnest(%(ids)s::bigint[]) i (id)"
    return f"""
    WITH {given(customers, rules)}, won AS (
      SELECT customer_id, {winners(rules, [field])}, {provenances(rules, [field])} AS provenance
      FROM several GROUP BY customer_id
    )
    SELECT count(*) OVER (), c.id, c.{field}::text, w.{field}::text, (w.provenance ->> '{field}')::bigint
    FROM won w JOIN customers_customer c ON c.id = w.customer_id
    WHERE c.{field} IS DISTINCT FROM w.{field} ORDER BY c.id LIMIT %(shown)s
    """  # noqa: S608 - put together from constants, and the rules of this database


def _sample(field: str, found: Sequence[tuple[int, str, str, int]], reader: Reader) -> list[Change]:
    customers = Customer.objects.visible_to(reader).in_bulk([pk for pk, *_rest in found])
    records = SourceRecord.objects.select_related("system").in_bulk([record for *_rest, record in found if record])
    changes = []
    for pk, before, after, record in found:
        if pk in customers:
            words = [in_words(field, value) if value else "" for value in (before, after)]
            source = str(records[record].system) if record in records else ""
            changes.append(Change(customer=customers[pk], before=words[0], after=words[1], source=source))
    return changes
