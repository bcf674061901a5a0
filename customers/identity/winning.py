"""Which of the values that records give a field of a customer wins, and since when each says it.

The same as `ordering` says in SQL, for pages that show few records.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.db.models.functions import JSONObject

from customers.identity.folding import normed
from customers.identity.ordering import LONGEST, MOST_FREQUENT, NEWEST, TYPED, Rule
from customers.importing.sql import NIL
from customers.models import MergedRow, SourceRecord, SurvivorshipRule

RECORDS: Final = "customers_sourcerecord"
_BARE: Final = UUID(NIL)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What a record says of a field, and since when; nothing, where the value is empty."""

    value: str
    at: datetime
    system: int
    is_typed: bool = False


def find_winner(spoken: Sequence[Spoken], rule: Rule) -> int | None:
    """The place of the one that wins among `spoken`, which are in the order of `in_order`."""
    filled = [place for place, one in enumerate(spoken) if one.value]
    if not filled or spoken[filled[0]].is_typed:
        return filled[0] if filled else None
    weights = weighed(spoken, rule)
    return max(filled, key=lambda place: weights[place])


def weighed(spoken: Sequence[Spoken], rule: Rule) -> list[float]:
    """What counts under the rule: the greatest wins, of several the first."""
    if rule.rule == NEWEST:
        return [one.at.timestamp() for one in spoken]
    if rule.rule == LONGEST:
        return [len(one.value) for one in spoken]
    if rule.rule == MOST_FREQUENT:
        said = normed([one.value for one in spoken])
        counted = Counter(norm for norm, one in zip(said, spoken, strict=True) if one.value)
        return [counted[norm] for norm in said]
    order = {system: len(rule.systems) - place for place, system in enumerate(rule.systems)}
    return [order.get(one.system, 0) for one in spoken]


def in_order(records: QuerySet[SourceRecord]) -> QuerySet[SourceRecord]:
    """In the order in which they speak where no rule says another."""
    anothers = Exists(MergedRow.objects.filter(relation=RECORDS, row_id=OuterRef("pk")))
    is_typed = Case(When(system__key=TYPED, then=Value(0)), default=Value(1))
    is_anothers = Case(When(system__key=TYPED, then=anothers))
    return records.order_by(is_typed, "system__rank", "system__key", is_anothers, "external_id")


def speaking(customers: Iterable[int]) -> QuerySet[SourceRecord]:
    """The records that speak of these customers, with their systems, in order; for `rules_of`. One query."""
    rules = SurvivorshipRule.objects.values(one=JSONObject(field="field", rule="rule", systems="systems"))
    found = SourceRecord.objects.filter(customer__in=list(customers), kind="customers").select_related("system")
    return in_order(found.annotate(rules=ArraySubquery(rules)))


def rules_of(records: Sequence[SourceRecord]) -> Mapping[str, Rule]:
    """By field; a field without one goes by the systems' ranks."""
    rules = records[0].rules if records else []  # type: ignore[attr-defined] # annotated
    return {one["field"]: Rule(one["rule"], tuple(one["systems"])) for one in rules}


def value_at(record: SourceRecord, name: str) -> datetime:
    """Since when the record says its value of the field."""
    if since := (record.value_times or {}).get(name):
        return datetime.fromisoformat(since)
    seen = (record.payload or {}).get("seen_at") if record.digest == _BARE else ""
    return datetime.fromisoformat(seen).replace(tzinfo=UTC) if seen else record.first_seen_at


def spoken(record: SourceRecord, name: str) -> Spoken:
    """Of a record whose `system` is there."""
    value = (record.payload or {}).get(name)
    return Spoken(
        value="" if value is None else str(value),
        at=value_at(record, name),
        system=record.system_id,
        is_typed=record.system.key == TYPED,
    )
