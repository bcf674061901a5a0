"""Amounts in the company's currency, at the newest rate on or before the day."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.company.current import company
from crm.common.errors import DomainError
from crm.common.versions import lock_as_seen
from customers.models import ExchangeRate

ONE = Decimal(1)


class NoRate(DomainError):
    """There is no exchange rate for the currency on or before the day."""


class Rates:
    """All exchange rates, read once; for work on many rows."""

    def __init__(self) -> None:
        self._days: dict[str, list[date]] = defaultdict(list)
        self._rates: dict[str, list[Decimal]] = defaultdict(list)
        for currency, day, rate in ExchangeRate.objects.order_by("currency", "day").values_list(
            "currency", "day", "rate"
        ):
            self._days[currency].append(day)
            self._rates[currency].append(rate)

    def rate(self, currency: str, day: date) -> Decimal:
        """Units of the company's currency for one of `currency`; raises `NoRate`."""
        if currency == company().currency:
            return ONE
        position = bisect_right(self._days.get(currency, []), day)
        if not position:
            raise NoRate(
                _("there is no exchange rate from %(currency)s to %(company)s on or before %(day)s")
                % {"currency": currency, "company": company().currency, "day": day.isoformat()}
            )
        return self._rates[currency][position - 1]


def to_company(*, amount: Decimal, currency: str, day: date) -> Decimal:
    """`amount` in the company's currency, to four decimals; raises `NoRate`."""
    return (amount * Rates().rate(currency, day)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def set_rate(*, rate: ExchangeRate, seen: str | None = None) -> ExchangeRate:
    """Add or correct an exchange rate; amounts already converted stay as they are.

    Raises ChangedMeanwhile unless it is as `seen`.
    """
    with transaction.atomic():
        lock_as_seen(rate, seen)
        rate.save()
    return rate
