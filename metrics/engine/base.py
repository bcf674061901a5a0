"""What a source of facts and a KPI are. A KPI is an expression over sums, so any period and scope is a cheap read."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.utils.functional import Promise

from metrics.models import Source

Text = str | Promise
Terms = Mapping[str, int]

# How many stored integers make one shown unit.
SCALES = {"count": Decimal(1), "ms": Decimal(1000), "money": Decimal(10_000)}
TERM = re.compile(r"([+-]?)\s*([a-z_]+)\s*")


def fingerprint(*, revision: int, rules: Mapping[str, int], usual: Mapping[str, int]) -> int:
    """A definition's version: its revision, or a number of its own when a rule is set to something unusual."""
    if dict(rules) == dict(usual):
        return revision
    written = ",".join(f"{name}={rules[name]}" for name in sorted(rules))
    return revision * 1_000_000 + 1 + zlib.crc32(written.encode()) % 999_999


def terms_of(expression: str) -> dict[str, int]:
    """Component → +1 or −1: "answered + abandoned - abandoned_within"."""
    found = {name: -1 if sign == "-" else 1 for sign, name in TERM.findall(expression)}
    if TERM.sub("", expression).strip() or not found:
        raise ValueError(f"not a sum of components: {expression!r}")
    return found


@dataclass(frozen=True)
class Component:
    """One sum of a cell: a SQL aggregate over the facts `f` of the cell that gives a bigint, 0 where there are none."""

    name: str
    sql: str
    unit: str = "count"


@dataclass(frozen=True)
class Histogram:
    """Milliseconds whose distribution is kept, of the facts that fulfil `where`."""

    name: str
    milliseconds: str
    where: str


@dataclass(frozen=True)
class FactSource:
    """A fact table, its five dimensions as SQL over `f`, and what is summed.

    `only`: which rows count at all. `clock`: the key of the clock where figures change by time alone. `rules`: the
    settings that are baked into the sums; a change of one gives another `version`, under which nothing is stored yet.
    """

    source: Source
    table: str
    day: str
    components: tuple[Component, ...]
    team: str = "coalesce(f.team_id, 0)"
    channel: str = "''"
    tier: str = "coalesce(f.tier_id, 0)"
    product_group: str = "0"
    only: str = "true"
    clock: str = ""
    histograms: tuple[Histogram, ...] = ()
    rules: Mapping[str, int] = field(default_factory=dict)
    usual_rules: Mapping[str, int] = field(default_factory=dict)
    revision: int = 1

    @property
    def version(self) -> int:
        return fingerprint(revision=self.revision, rules=self.rules, usual=self.usual_rules)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Component → its place in the stored array, from 1 as SQL counts."""
        return {component.name: place for place, component in enumerate(self.components, start=1)}

    @cached_property
    def units(self) -> dict[str, str]:
        return {component.name: component.unit for component in self.components}


@dataclass(frozen=True)
class Kpi:
    """A figure: `numerator` / `denominator` (× `factor`), or a plain sum where there is no denominator.

    `unit`: share, score, seconds, count, money or ratio. `shape`: proportion, mean, score, sum or ratio, which tells
    the test that fits. `numerator`, `denominator` and `n` are sums of components; `n` comes from `n_source` where that
    is another one. `variant_of`: shown beside that KPI, not as one of its own. `quantiles`: the histogram of the page.
    """

    key: str
    name: Text
    unit: str
    shape: str
    higher_is_better: bool
    source: FactSource
    numerator: str
    n: str
    definition: Text
    formula: Text
    data_source: Text
    misuse: Text
    denominator: str | None = None
    trade_offs: tuple[str, ...] = ()
    trade_off_note: Text = ""
    rules: tuple[str, ...] = ()
    revision: int = 1
    factor: int = 1
    n_source: FactSource | None = None
    variant_of: str = ""
    quantiles: str = ""

    def __post_init__(self) -> None:
        unknown = (set(self.numerator_terms) | set(self.denominator_terms or {})) - set(self.source.positions)
        unknown |= set(self.n_terms) - set((self.n_source or self.source).positions)
        if unknown:
            raise ValueError(f"{self.key}: no such components: {', '.join(sorted(unknown))}")

    @property
    def version(self) -> int:
        """Figures compare only under the same version: it differs when a rule this KPI depends on is set otherwise."""
        return fingerprint(
            revision=self.revision,
            rules={name: self.source.rules[name] for name in self.rules},
            usual={name: self.source.usual_rules[name] for name in self.rules},
        )

    @cached_property
    def sources(self) -> tuple[FactSource, ...]:
        return (self.source,) if self.n_source is None else (self.source, self.n_source)

    @cached_property
    def numerator_terms(self) -> Terms:
        return terms_of(self.numerator)

    @cached_property
    def denominator_terms(self) -> Terms | None:
        return None if self.denominator is None else terms_of(self.denominator)

    @cached_property
    def n_terms(self) -> Terms:
        return terms_of(self.n)

    @cached_property
    def components(self) -> tuple[str, ...]:
        """The components of its own source that it reads, in stored order."""
        used = set(self.numerator_terms) | set(self.denominator_terms or {})
        if self.n_source is None:
            used |= set(self.n_terms)
        return tuple(name for name in self.source.positions if name in used)

    @cached_property
    def numerator_unit(self) -> str:
        return self.source.units[next(iter(self.numerator_terms))]

    @cached_property
    def denominator_unit(self) -> str:
        return self.source.units[next(iter(self.denominator_terms))] if self.denominator_terms else "count"
