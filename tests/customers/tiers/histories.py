"""What customers earn, and the tiers it gave them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from customers.models import Customer, Tier, TierAssignment
from customers.tiers.tiering import Retiered
from tests.factories.trade import OrderFactory

DAY = date(2026, 3, 1)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def earn(customer: Customer, profit: str, *, day: date = date(2026, 1, 10)) -> None:
    OrderFactory.create(customer=customer, placed_at=at(day), lines=[("1", str(Decimal(profit) + 50), "50")])


def tier(key: str) -> Tier:
    return Tier.objects.get(key=key)


def history(customer: Customer) -> list[tuple[str, date, date | None]]:
    rows = TierAssignment.objects.filter(customer=customer).order_by("valid").select_related("tier")
    return [(row.tier.key, row.valid.lower, row.valid.upper) for row in rows]


def counts(done: Retiered) -> tuple[int, int, int, int]:
    return done.customers, done.upgraded, done.downgraded, done.held
