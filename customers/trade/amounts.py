"""The currency of a row and its rate on the row's day, for derivers."""

from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _

from crm.common.company.current import company
from crm.common.days import day_of
from customers.importing.registry import Invalid
from customers.trade.rates import NoRate, Rates

LARGEST: Final = 1e12  # of one row; a hundred of them still fit numeric(18, 4)


class RowRates:
    """Rates by (currency, day), looked up once each."""

    def __init__(self) -> None:
        self._rates = Rates()
        self._known: dict[tuple[str, str], str] = {}

    def rate(self, currency: str | None, when: str | None) -> str:
        """The rate as text for a parsed day or moment; raises `Invalid` for the currency column."""
        assert currency, "the company's where the file has none"
        assert when, "a required column"
        try:
            return self._known[currency, when]
        except KeyError:
            pass
        day = day_of(datetime.fromisoformat(when)) if "T" in when else date.fromisoformat(when)
        try:
            rate = format(self._rates.rate(currency, day), "f")
        except NoRate as error:
            raise Invalid(str(error), "currency") from None
        if len(self._known) > 50_000:
            self._known.clear()
        self._known[currency, when] = rate
        return rate


def check_size(rate: str, column: str, *amounts: str | None) -> None:
    """Raises `Invalid` where an amount (the product of `amounts`) is more than sums of it could be stored for."""
    product = 1.0
    for amount in amounts:
        if amount:
            product *= float(amount)
    if abs(product) * max(float(rate), 1.0) >= LARGEST:
        raise Invalid(_("the amount is too large"), column)


def company_currency() -> str:
    return str(company().currency)
