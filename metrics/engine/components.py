"""What is summed of a cell's facts, as SQL over a fact `f`. All sums are integers.

Milliseconds, ten-thousandths of the company's currency, counts. Squares (for variances) are of hundredths of a second.
`{name}` in the SQL stands for the value of a rule (see `metrics.engine.rules`), `{clock}` and `{clock_day}` for the
moment and the day at which what changes by time alone is judged.
"""

from dataclasses import dataclass

LARGEST = 9_000_000_000_000_000_000
LONGEST = 3_000_000_000  # hundredths of a second whose square still fits


@dataclass(frozen=True)
class Component:
    """One sum: Σ `value` over the cell's facts that fulfil `where`, 0 where there are none, at most `at_most`."""

    name: str
    value: str
    where: str = "true"
    unit: str = "count"
    at_most: int | None = None

    @property
    def sql(self) -> str:
        """The aggregate, a bigint."""
        total = "count(*)" if self.value == "1" else f"sum({self.value})"
        total = f"{total} FILTER (WHERE {self.where})"
        total = total if self.value == "1" else f"coalesce({total}, 0)"
        return f"{total}::bigint" if self.at_most is None else f"least({total}, {self.at_most})::bigint"

    @property
    def of_row(self) -> str:
        """What one fact adds; null where it adds nothing."""
        return f"CASE WHEN {self.where} THEN {self.value} END"


@dataclass(frozen=True)
class Histogram:
    """Milliseconds whose distribution is kept, of the facts that fulfil `where`."""

    name: str
    milliseconds: str
    where: str


def count(name: str, where: str) -> Component:
    return Component(name, "1", where)


def total(name: str, value: str, where: str, unit: str) -> Component:
    return Component(name, value, where, unit)


def squares(name: str, milliseconds: str, where: str) -> Component:
    """Σ of squared hundredths of a second, capped so that a mistaken duration cannot stop a recompute."""
    hundredths = f"least(({milliseconds}) / 10, {LONGEST})"
    return Component(name, f"{hundredths} * {hundredths}", where, at_most=LARGEST)


def money(name: str, value: str, where: str) -> Component:
    return Component(name, f"({value}) * 10000", where, "money")
