"""Which source says what of a customer, since when, and why which of them is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, JSONField, OuterRef
from django.db.models import Value as Constant
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils.translation import gettext as _

from accounts.models import User
from customers.identity.ordering import LONGEST, MOST_FREQUENT, NEWEST, Rule
from customers.identity.overview import FACTS, in_words, label_of
from customers.identity.tax_ids import FAULTS, find_fault
from customers.identity.winning import Spoken, find_winner, rules_of, speaking, spoken, weighed
from customers.models import Customer, SourceRecord

FIELDS: Final = ("name", *FACTS)
_IDS: Final = "jsonb_path_query_array(%(expressions)s, '$.*')"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a record says of a field, and since when; `fault`: what is the matter with the value, if anything.

    `why` it is shown, where it has won. `may_release`: it was typed, and can be taken back; `released`: what was, if it
    can be put back.
    """

    value: str
    won: bool
    fault: str = ""
    at: datetime | None = None
    why: str = ""
    may_release: bool = False
    released: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A field, or a column of the files; what each record says of it, in their order."""

    name: str
    label: str
    said: list[Said]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """One column a source record, most trusted first; one row a field any of them fills.

    `kept`: the columns of their files that were mapped to nothing.
    """

    records: Sequence[SourceRecord]
    rows: list[Row]
    kept: list[Row]


def provenance(customer: Customer) -> Provenance:
    """One query, and one for names with accents where the most frequent value wins."""
    ids = Func(
        OuterRef("typed_by"), template="jsonb_path_query_array(%(expressions)s, '$.*')", output_field=JSONField()
    )
    own = Func(F("pk"), template="to_jsonb(%(expressions)s)", output_field=JSONField())
    named = Coalesce(NullIf("name", Constant("")), "email")
    authors = User.objects.annotate(ids=ids).filter(ids__contains=own).values(one=JSONObject(id="id", name=named))
    records = list(speaking([customer.pk]).annotate(authors=ArraySubquery(authors)))
    rules = rules_of(records)
    rows = [row for name in FIELDS if (row := _row(customer, name, records, rules.get(name, Rule())))]
    return Provenance(records=records, rows=rows, kept=_kept(records))


def _row(customer: Customer, name: str, records: Sequence[SourceRecord], rule: Rule) -> Row | None:
    values = [spoken(record, name) for record in records]
    released = [str((record.released or {}).get(name, {}).get("value", "")) for record in records]
    if not any(one.value for one in values) and not any(released):
        return None
    won = customer.provenance.get(name)
    why = _why(records, values, name, rule)
    is_named = name != "name" or any(one.value and not one.is_typed for one in values)
    is_typed = any(one.value and one.is_typed for one in values)
    said = [
        Said(
            value=in_words(name, one.value) if one.value else "",
            won=record.pk == won,
            fault=_fault(name, one.value),
            at=one.at if one.value else None,
            why=why.get(place, _("the rules have changed")) if record.pk == won else "",
            may_release=bool(one.value) and one.is_typed and is_named,
            released=in_words(name, back) if back and not is_typed else "",
        )
        for place, (record, one, back) in enumerate(zip(records, values, released, strict=True))
    ]
    return Row(name=name, label=label_of(name), said=said)


def _why(records: Sequence[SourceRecord], values: Sequence[Spoken], name: str, rule: Rule) -> Mapping[int, str]:
    """The place of the one that wins by the rules of now, and why."""
    winner = find_winner(values, rule)
    if winner is None:
        return {}
    if values[winner].is_typed:
        return {winner: _typed(records[winner], name)}
    filled = [place for place, one in enumerate(values) if one.value]
    if len(filled) == 1:
        return {winner: _("the only one")}
    weights = weighed(values, rule)
    is_alone = sum(weights[place] == weights[winner] for place in filled) == 1
    return {winner: _by(rule, weights[winner], len(filled), is_alone=is_alone)}


def _typed(record: SourceRecord, name: str) -> str:
    names = {one["id"]: one["name"] for one in record.authors}  # type: ignore[attr-defined] # annotated
    who = names.get((record.typed_by or {}).get(name))
    return _("typed by %(who)s") % {"who": who} if who else _("typed in here")


def _by(rule: Rule, weight: float, records: int, *, is_alone: bool) -> str:
    if rule.rule == NEWEST:
        return _("newest") if is_alone else _("most trusted of the newest")
    if rule.rule == LONGEST:
        return _("longest") if is_alone else _("most trusted of the longest")
    if rule.rule == MOST_FREQUENT:
        said = {"count": int(weight), "records": records}
        return _("most frequent: %(count)d of %(records)d") % said if weight > 1 else _("most trusted: all differ")
    return _("first in the order of this field") if rule.systems and weight else _("most trusted")


def _kept(records: Sequence[SourceRecord]) -> list[Row]:
    extras = [extra if isinstance(extra := (record.payload or {}).get("extra"), dict) else {} for record in records]
    columns = dict.fromkeys(column for extra in extras for column, value in extra.items() if value not in (None, ""))
    return [
        Row(name="", label=column, said=[Said(value=str(extra.get(column) or ""), won=False) for extra in extras])
        for column in columns
    ]


def _fault(name: str, value: Any) -> str:
    fault = find_fault(value) if name == "tax_id" and value else ""
    return str(FAULTS[fault]) if fault else ""
