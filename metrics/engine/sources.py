"""What a source of facts is: one declaration, from which triggers, index, recompute, clock and pages follow.

See docs/extending.md for how to add one, docs/kpis.md for how figures come about.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.functional import Promise

from metrics.engine.components import Component, Histogram
from metrics.engine.needs import Needs
from metrics.engine.rules import USUAL, Values

Text = str | Promise
KEY = re.compile(r"[a-z][a-z_]{0,29}")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
CLOCK = frozenset({"clock", "clock_day"})
# A column of the fact, and whether only its being null is asked.
COLUMN = re.compile(r"\bf\.(\w+)(\s+IS\s+(?:NOT\s+)?NULL\b)?")
SEPARATOR = "chr(31)"  # between the dimensions of a source's own


@dataclass(frozen=True, kw_only=True)
class Family:
    """KPIs that pages show together."""

    key: str
    name: Text
    order: int


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Who builds a source's table, where it is no table of facts but derived from them.

    `rebuild(full=…, rules=…)` brings the table up to the facts, all of it when full. `is_built(rules)`: whether it is
    whole and built under these rules. `is_waiting()`: whether facts changed that it is still to take up. `check()`:
    holds it against the facts, asks for what differs to be built again, and returns how many rows differ. `needs`: its
    own triggers and indexes on the facts.
    """

    rebuild: Callable[..., None]
    is_built: Callable[[Values], bool]
    is_waiting: Callable[[], bool]
    check: Callable[[], int]
    needs: Needs


def at_once(rules: Values) -> int:
    """The figures of a day stand when the day is over."""
    return 0


@dataclass(frozen=True, kw_only=True)
class FactSource:
    """A fact table, its dimensions as SQL over a row `f`, and what is summed.

    `number` stands in marks and rollups; never give one away again. `imports`: the kinds of files that bring its facts.
    `extra`: dimensions of its own beyond the five, name → SQL that is never null. `only`: which rows count at all.
    `beside`: joined to each row, one row to one, for a rule that its room owns as a function; `reads`: the columns of
    the row that this reads, beside those that stand in the declaration.
    `clock`: which rows are judged otherwise at the moment `%(later)s` than at `%(earlier)s`, where figures change by
    time alone. `settles`: how many days after its end a day's figures may still change, under some rules.
    `whole_months`: a row speaks of its month, not of a day. `identity`: what tells a row from the others for ever.
    `builder`: who builds the table, if it is derived. Adding or changing a sum needs a new `revision`.
    """

    key: str
    number: int
    label: Text
    family: Family
    imports: tuple[str, ...]
    table: str
    day: str
    components: tuple[Component, ...]
    team: str = "coalesce(f.team_id, 0)"
    channel: str = "''"
    tier: str = "coalesce(f.tier_id, 0)"
    product_group: str = "0"
    extra: Mapping[str, str] = field(default_factory=dict)
    only: str = "true"
    beside: str = ""
    reads: tuple[str, ...] = ()
    clock: str = ""
    histograms: tuple[Histogram, ...] = ()
    settles: Callable[[Values], int] = at_once
    whole_months: bool = False
    identity: str = "f.id"
    builder: Builder | None = None
    revision: int = 1

    def __post_init__(self) -> None:
        """A declaration that lacks something fails here, not on a page."""
        if not KEY.fullmatch(self.key):
            raise TypeError(f"a source's key is a word in lower case: {self.key!r}")
        if self.number < 1:
            raise TypeError(f"{self.key}: numbers begin with 1")
        if not self.imports:
            raise TypeError(f"{self.key}: say which imports bring its facts")
        unknown = set(PLACEHOLDER.findall(self.text)) - set(USUAL) - CLOCK
        if unknown:
            raise TypeError(f"{self.key}: there is no rule {', '.join(sorted(unknown))}")

    @cached_property
    def text(self) -> str:
        """All SQL that reads its rows, but for the dimensions."""
        durations = [f"{each.milliseconds} {each.where}" for each in self.histograms]
        return " ".join([self.text_of(self.positions), *durations, self.clock])

    def text_of(self, names: Collection[str]) -> str:
        """All SQL that some of its sums read, but for the dimensions."""
        sums = [f"{each.value} {each.where}" for each in self.components if each.name in names]
        return " ".join([*sums, self.only, self.beside])

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The rules its sums depend on."""
        return rules_in(self.text)

    @cached_property
    def cell(self) -> tuple[str, ...]:
        """Day, team, channel, tier, product group and the dimensions of its own, as SQL over `f`."""
        return self.day, self.team, f'{self.channel} COLLATE "C"', self.tier, self.product_group, self._own

    @property
    def _own(self) -> str:
        parts = [f"({each})::text" for each in self.extra.values()] or ["''"]
        return f"({f' || {SEPARATOR} || '.join(parts)})" + ' COLLATE "C"'

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """What of a row, beside its cell, the sums read: a change of it marks. By name."""
        read: dict[str, bool] = {}
        for column, null in COLUMN.findall(self.text):
            read[column] = read.get(column, False) or not null
        read |= dict.fromkeys(self.reads, True)
        whole = {each for each in self.cell if COLUMN.fullmatch(each)}
        found = (f"f.{name}" if value else f"f.{name} IS NULL" for name, value in sorted(read.items()))
        return tuple(each for each in found if each not in whole)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Component → its place in the stored array, from 1 as SQL counts."""
        return {component.name: place for place, component in enumerate(self.components, start=1)}

    @cached_property
    def units(self) -> dict[str, str]:
        return {component.name: component.unit for component in self.components}

    @property
    def has_teams(self) -> bool:
        return self.team != "0"


def rules_in(text: str) -> tuple[str, ...]:
    """The rules that some SQL depends on, by name."""
    return tuple(sorted(set(PLACEHOLDER.findall(text)) - CLOCK))
