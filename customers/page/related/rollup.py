"""What the customers of a group come to together."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from customers.models import Customer

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Rollup:
    """In the company's currency: revenue and profit of twelve months, what is owed and overdue today."""

    customers: int
    revenue: Decimal
    profit: Decimal
    open: Decimal
    overdue: Decimal

    @classmethod
    def of(cls, customers: Iterable[Customer]) -> Self:
        """Of customers read with their figures; who has none has no trade."""
        of_each = [(one, getattr(one, "figures", None)) for one in customers]
        figures = [found for _one, found in of_each if found is not None]
        return cls(
            customers=len(of_each),
            revenue=sum((one.revenue for one in figures), ZERO),
            profit=sum((one.profit for one in figures), ZERO),
            open=sum((one.open for one in figures), ZERO),
            overdue=sum((one.overdue for one in figures), ZERO),
        )
