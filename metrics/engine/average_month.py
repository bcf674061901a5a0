"""An average month: what sums over windows of different length are compared by."""

from datetime import date
from decimal import Decimal
from typing import Final

YEAR_DAYS: Final = Decimal("365.25")
DAYS: Final = YEAR_DAYS / 12


def per_month(total: Decimal, *, first: date, last: date) -> Decimal:
    """`total` over the days from `first` to `last`, both included, as much as an average month has of it."""
    return total / ((last - first).days + 1) * DAYS
