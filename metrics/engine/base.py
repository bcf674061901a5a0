"""What a KPI is: an expression over sums, so any period and scope is a cheap read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from metrics.engine.definitions import fingerprint
from metrics.engine.rules import USUAL, Values
from metrics.engine.sources import FactSource, Text, rules_in
from metrics.engine.versions import rules_shown

Terms = Mapping[str, int]
N = TypeVar("N", float, Decimal)

# How many stored integers make one shown unit.
SCALES = {"count": Decimal(1), "ms": Decimal(1000), "money": Decimal(10_000)}
POINTS = {"score": 100}
TERM = re.compile(r"([+-]?)\s*([a-z_]+)")
SUM = re.compile(r"\s*[+-]?\s*[a-z_]+\s*([+-]\s*[a-z_]+\s*)*")


def quotient(numerator: N, denominator: N, *, shape: str) -> N | None:
    """The figure of two sums: a score in points of a hundred, anything else as it is. None where nothing was counted,
    never 0.
    """
    return numerator / denominator * POINTS.get(shape, 1) if denominator else None


def terms_of(expression: str) -> dict[str, int]:
    """Component → +1 or −1: "answered + abandoned - abandoned_within", each once."""
    terms = TERM.findall(expression)
    found = {name: -1 if sign == "-" else 1 for sign, name in terms}
    if not SUM.fullmatch(expression) or len(found) < len(terms):
        raise ValueError(f"not a sum of components: {expression!r}")
    return found


def total(sums: Mapping[str, int], terms: Terms) -> int:
    return sum(sign * sums[name] for name, sign in terms.items())


@dataclass(frozen=True)
class Kpi:
    """A figure: `numerator` / `denominator` as `quotient` has it, or a plain sum where there is no denominator.

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
    revision: int = 1
    n_source: FactSource | None = None
    variant_of: str = ""
    quantiles: str = ""
    records: str = ""

    def __post_init__(self) -> None:
        unknown = (set(self.numerator_terms) | set(self.denominator_terms or {})) - set(self.source.positions)
        unknown |= set(self.n_terms) - set((self.n_source or self.source).positions)
        if unknown:
            raise ValueError(f"{self.key}: no such components: {', '.join(sorted(unknown))}")

    @property
    def version(self) -> int:
        """Of the figures that are shown now. They compare only with those of the same version: it differs when a rule
        this KPI depends on is set otherwise.
        """
        shown = {name: value for source in self.sources for name, value in self._rules_of(source)}
        return self.version_under(shown)

    @staticmethod
    def _rules_of(source: FactSource) -> list[tuple[str, int]]:
        found = rules_shown(source)
        return [(name, found[name]) for name in source.rules]

    def version_under(self, values: Values) -> int:
        return fingerprint(
            revision=self.revision,
            rules={name: values[name] for name in self.rules},
            usual={name: USUAL[name] for name in self.rules},
        )

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The rules that the sums it reads depend on."""
        parts = [(self.source, self.components)]
        parts += [(self.n_source, tuple(self.n_terms))] if self.n_source else []
        return rules_in(" ".join(source.text_of(names) for source, names in parts))

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

    def parts(self, sums: Mapping[str, int]) -> tuple[Decimal, Decimal | None]:
        """Numerator and denominator, in shown units, of sums of its own source."""
        denominator = None
        if self.denominator_terms is not None:
            denominator = Decimal(total(sums, self.denominator_terms)) / SCALES[self.denominator_unit]
        return Decimal(total(sums, self.numerator_terms)) / SCALES[self.numerator_unit], denominator
