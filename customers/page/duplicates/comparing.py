"""Two customers side by side: what each says, which of two values shows after a merge, what helps to choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from accounts.access import Reader
from customers.identity.merging.choosing import CHOICES
from customers.identity.normalising import normalise_phone_cached
from customers.identity.ordering import TYPED, Rule
from customers.identity.overview import in_words, label_of, with_sources
from customers.identity.winning import find_winner, rules_of, speaking, spoken
from customers.models import Customer, CustomerFigures, SourceRecord

FIELDS: Final = ("name", *(name for name in CHOICES if name != "name"))
SIDES: Final = ("left", "right")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two. `key`: "left" or "right"; `numbers`: (system, external id) of their customer records."""

    key: str
    customer: Customer
    figures: CustomerFigures | None
    numbers: list[tuple[str, str]]
    is_survivor: bool


@dataclass(frozen=True, kw_only=True)
class Field:
    """`wins`: the side whose value shows after a merge unless somebody chooses; none where it is the same, or empty.

    `marked`: the side that is chosen on the page.
    """

    name: str
    label: str
    left: Any
    right: Any
    wins: str
    marked: str

    @property
    def differs(self) -> bool:
        return bool(self.left and self.right and self.left != self.right)

    @property
    def is_alike(self) -> bool:
        """They differ in how the same is written: case, signs, a country code."""
        return _plain(self.name, str(self.left)) == _plain(self.name, str(self.right)) != ""


@dataclass(frozen=True, kw_only=True)
class Pair:
    left: Side
    right: Side
    fields: list[Field]

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.left, self.right

    @property
    def first_differing(self) -> str:
        """Its name; empty where no values differ."""
        return next((field.name for field in self.fields if field.differs), "")

    def chosen(self, said: Mapping[str, str]) -> dict[str, str | date | None]:
        """Field → value, of `field-<name>` = side, where that is another than wins."""
        values: dict[str, str | date | None] = {}
        for field in self.fields:
            side = said.get(f"field-{field.name}", "")
            if field.differs and side in SIDES and side != field.wins:
                values[field.name] = getattr(getattr(self, side).customer, field.name)
        return values


def find_pair(
    *, reader: Reader, left_id: int, right_id: int, survivor_id: int = 0, said: Mapping[str, str] = NOTHING
) -> Pair | None:
    """Two queries; None where one of them is not there, or not for the reader. Who is here longest survives, unless
    `survivor_id` says another. `said`: what somebody has chosen already, as for `Pair.chosen`.
    """
    customers = with_sources(Customer.objects.visible_to(reader)).select_related("tier", "owner", "team", "figures")
    found = {one.pk: one for one in customers.filter(pk__in=(left_id, right_id))}
    if len(found) < 2:
        return None
    survivor = survivor_id if survivor_id in found else min(found)
    left, right = found[left_id], found[right_id]
    records = _records(left, right, survivor)
    sides = [_side(key, one, survivor) for key, one in zip(SIDES, (left, right), strict=True)]
    fields = [field for name in FIELDS if (field := _field(name, left, right, records, said)).left or field.right]
    return Pair(left=sides[0], right=sides[1], fields=fields)


def _side(key: str, customer: Customer, survivor: int) -> Side:
    sources = customer.sources  # type: ignore[attr-defined] # annotated
    numbers = [(one["system"], one["external_id"]) for one in sources if one["kind"] == "customers"]
    figures = getattr(customer, "figures", None)
    return Side(key=key, customer=customer, figures=figures, numbers=numbers, is_survivor=customer.pk == survivor)


def _field(
    name: str, left: Customer, right: Customer, records: Sequence[SourceRecord], said: Mapping[str, str]
) -> Field:
    shown = [in_words(name, getattr(one, name)) if getattr(one, name) else "" for one in (left, right)]
    winner = find_winner([spoken(record, name) for record in records], rules_of(records).get(name, Rule()))
    wins = "right" if winner is not None and records[winner].customer_id == right.pk else "left"
    side = said.get(f"field-{name}", "")
    marked = side if side in SIDES else wins
    return Field(name=name, label=label_of(name), left=shown[0], right=shown[1], wins=wins, marked=marked)


def _plain(name: str, value: str) -> str:
    if name == "phone":
        return normalise_phone_cached(value)
    text = value.casefold()
    return text if name == "email" else "".join(sign for sign in text if sign.isalnum())


def _records(left: Customer, right: Customer, survivor: int) -> list[SourceRecord]:
    """In the order in which they speak once the two are one: what was typed of the survivor before all."""

    def is_later(record: SourceRecord) -> tuple[bool, bool]:
        is_typed = record.system.key == TYPED
        return not is_typed, is_typed and record.customer_id != survivor

    return sorted(speaking([left.pk, right.pk]), key=is_later)
