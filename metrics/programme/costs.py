"""What the programme costs: total cost of ownership by category and year, planned and actual."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.access import Reader
from crm.common.company.current import company
from crm.common.days import add_months
from metrics.models import CostEntry

ZERO = Decimal(0)
MIN_YEARS = 3
RUNNING = frozenset({CostEntry.Category.LICENCE, CostEntry.Category.SUPPORT})
# What programmes usually see, to hold one's own shares against.
USUAL_YEAR_ONE_SHARE = Decimal("0.60")
USUAL_RUNNING_SHARE = Decimal("0.90")


@dataclass(frozen=True, slots=True)
class Cost:
    """One entry in the company's currency. Year 0 is everything up to the start, year 1 the twelve months after it."""

    category: str
    year: int
    planned: Decimal | None
    actual: Decimal | None

    @property
    def expected(self) -> Decimal:
        """What was paid where that is known, else what is planned."""
        return self.actual if self.actual is not None else self.planned or ZERO


@dataclass(frozen=True, slots=True)
class CostLine:
    """Totals of one category (or of all): `by_year` holds year 0, 1, 2, … of what is expected."""

    category: str
    planned: Decimal
    actual: Decimal
    expected: Decimal
    overrun: Decimal
    by_year: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Ownership:
    """Total cost of ownership. Shares are of the expected total; None where nothing is spent."""

    lines: tuple[CostLine, ...]
    total: CostLine
    year_one_share: Decimal | None
    running_share: Decimal | None


def year_of(day: date, *, start: date) -> int:
    """0 up to and on the start; k for the days after the (k − 1)th and up to the k-th anniversary."""
    year = 0
    while day > add_months(start, 12 * year):
        year += 1
    return year


def find_costs(reader: Reader, *, start: date) -> list[Cost]:
    return [
        Cost(
            category=entry.category,
            year=year_of(entry.date, start=start),
            planned=_company(entry.planned_company, entry.planned, entry.currency),
            actual=_company(entry.actual_company, entry.actual, entry.currency),
        )
        for entry in CostEntry.objects.visible_to(reader)
    ]


def ownership(costs: Sequence[Cost], *, years: int) -> Ownership:
    """`years`: the last year shown."""
    lines = tuple(
        _line(category, [cost for cost in costs if cost.category == category], years)
        for category in CostEntry.Category.values
    )
    total = _line("total", costs, years)
    running = sum((line.expected for line in lines if line.category in RUNNING), ZERO)
    return Ownership(
        lines=tuple(line for line in lines if line.expected or line.planned or line.actual),
        total=total,
        year_one_share=_share(sum(total.by_year[:2], ZERO), total.expected),
        running_share=_share(running, total.expected),
    )


def _line(category: str, costs: Sequence[Cost], years: int) -> CostLine:
    known = [cost for cost in costs if cost.planned is not None and cost.actual is not None]
    return CostLine(
        category=category,
        planned=_sum(cost.planned for cost in costs),
        actual=_sum(cost.actual for cost in costs),
        expected=_sum(cost.expected for cost in costs),
        overrun=_sum(cost.actual for cost in known) - _sum(cost.planned for cost in known),
        by_year=tuple(_sum(cost.expected for cost in costs if cost.year == year) for year in range(years + 1)),
    )


def _company(converted: Decimal | None, amount: Decimal | None, currency: str) -> Decimal | None:
    return amount if converted is None and currency == company().currency else converted


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), ZERO)


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None
