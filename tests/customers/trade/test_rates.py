from datetime import date
from decimal import Decimal

import pytest

from crm.common.company import current
from crm.common.versions import ChangedMeanwhile, version
from customers.models import ExchangeRate
from customers.trade.rates import NoRate, Rates, set_rate, to_company
from tests.factories.trade import ExchangeRateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> None:
    for currency, day, rate in (("USD", 3, "0.85"), ("USD", 1, "0.9"), ("CNY", 2, "0.125"), ("EUR", 1, "7")):
        ExchangeRateFactory.create(currency=currency, day=date(2026, 3, day), rate=Decimal(rate))


@pytest.mark.parametrize(
    ("currency", "day", "rate"),
    [
        ("USD", date(2026, 3, 1), "0.9"),
        ("USD", date(2026, 3, 2), "0.9"),
        ("USD", date(2026, 3, 3), "0.85"),
        ("USD", date(9999, 12, 31), "0.85"),
        ("CNY", date(2026, 3, 2), "0.125"),
        ("EUR", date(1, 1, 1), "1"),
        ("EUR", date(2026, 3, 2), "1"),  # whatever the table says of it
    ],
)
@pytest.mark.usefixtures("known")
def test_the_newest_rate_on_or_before_the_day(currency: str, day: date, rate: str) -> None:
    assert Rates().rate(currency, day) == Decimal(rate)


@pytest.mark.parametrize(
    ("currency", "day"),
    [("USD", date(2026, 2, 28)), ("CNY", date(2026, 3, 1)), ("GBP", date(2026, 3, 3)), ("usd", date(2026, 3, 3))],
)
@pytest.mark.usefixtures("known")
def test_without_a_rate_it_says_what_is_missing(currency: str, day: date) -> None:
    with pytest.raises(NoRate) as error:
        Rates().rate(currency, day)
    assert str(error.value) == f"there is no exchange rate from {currency} to EUR on or before {day.isoformat()}"


@pytest.mark.usefixtures("known")
def test_the_company_may_have_another_currency() -> None:
    with current.assumed(currency="USD"):
        assert Rates().rate("USD", date(2026, 3, 1)) == Decimal(1)
        assert Rates().rate("EUR", date(2026, 3, 1)) == Decimal(7)
        with pytest.raises(NoRate, match=r"from GBP to USD on or before 2026-03-01$"):
            Rates().rate("GBP", date(2026, 3, 1))


def test_all_rates_are_read_once(known: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        rates = Rates()
        found = [rates.rate(currency, date(2026, 3, 3)) for currency in ("USD", "CNY", "USD")]
    assert found == [Decimal("0.85"), Decimal("0.125"), Decimal("0.85")]


@pytest.mark.parametrize(
    ("amount", "currency", "there"),
    [
        ("100", "USD", "85.0000"),
        ("0.0004", "CNY", "0.0001"),  # 0.00005: the half goes away from nought
        ("-0.0004", "CNY", "-0.0001"),
        ("0.0003", "CNY", "0.0000"),
        ("0", "USD", "0.0000"),
        ("12.34567", "EUR", "12.3457"),
        ("999999999999.9999", "EUR", "999999999999.9999"),
    ],
)
@pytest.mark.usefixtures("known")
def test_an_amount_in_the_companys_currency_has_four_decimals(amount: str, currency: str, there: str) -> None:
    assert str(to_company(amount=Decimal(amount), currency=currency, day=date(2026, 3, 3))) == there


def test_a_rate_is_added_and_corrected_unless_another_was_faster() -> None:
    rate = set_rate(rate=ExchangeRate(currency="USD", day=date(2026, 3, 1), rate=Decimal("0.9")))
    seen = version(ExchangeRate.objects.get())
    rate.rate = Decimal("0.8")
    assert set_rate(rate=rate, seen=seen) is rate
    rate.rate = Decimal("0.7")
    with pytest.raises(ChangedMeanwhile):
        set_rate(rate=rate, seen=seen)
    assert list(ExchangeRate.objects.values_list("currency", "rate")) == [("USD", Decimal("0.8"))]
    set_rate(rate=rate)
    assert ExchangeRate.objects.get().rate == Decimal("0.7")
