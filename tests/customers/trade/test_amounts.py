from datetime import date
from decimal import Decimal

import pytest

from crm.common.company import current
from customers.importing.registry import Invalid
from customers.trade.amounts import RowRates, check_size, company_currency
from tests.factories.trade import ExchangeRateFactory


@pytest.fixture
def rates(db: None) -> RowRates:
    for day, rate in ((1, "0.9"), (3, "0.85"), (4, "0.00000001")):
        ExchangeRateFactory.create(day=date(2026, 3, day), rate=Decimal(rate))
    return RowRates()


@pytest.mark.parametrize(
    ("currency", "when", "rate"),
    [
        ("EUR", "1900-01-01", "1"),
        ("USD", "2026-03-01", "0.90000000"),
        ("USD", "2026-03-02", "0.90000000"),
        ("USD", "2026-03-03T00:00:00+00:00", "0.85000000"),
        ("USD", "2026-03-02T23:59:59+00:00", "0.90000000"),
        ("USD", "2199-12-31", "0.00000001"),
    ],
)
def test_a_row_has_the_rate_of_its_day_as_plain_digits(rates: RowRates, currency: str, when: str, rate: str) -> None:
    assert [rates.rate(currency, when), rates.rate(currency, when)] == [rate, rate]


def test_the_day_of_a_moment_is_the_companys(rates: RowRates) -> None:
    with current.assumed(time_zone="Asia/Shanghai"):
        assert rates.rate("USD", "2026-03-02T16:00:00+00:00") == "0.85000000"
        assert rates.rate("USD", "2026-03-02T15:59:59+00:00") == "0.90000000"


@pytest.mark.parametrize("when", ["2026-02-28", "2026-02-28T23:59:59+00:00"])
def test_a_day_before_the_first_rate_is_the_currencys_fault(rates: RowRates, when: str) -> None:
    for _again in range(2):
        with pytest.raises(Invalid) as error:
            rates.rate("USD", when)
        assert error.value.column == "currency"
        assert str(error.value) == "there is no exchange rate from USD to EUR on or before 2026-02-28"


@pytest.mark.parametrize(("currency", "when"), [(None, "2026-03-01"), ("", "2026-03-01"), ("USD", None), ("USD", "")])
def test_currency_and_day_are_there(rates: RowRates, currency: str | None, when: str | None) -> None:
    with pytest.raises(AssertionError):
        rates.rate(currency, when)


@pytest.mark.parametrize(("known", "then"), [(1, 2), (49_999, 50_000), (50_000, 50_001), (50_001, 1), (50_002, 1)])
def test_what_is_remembered_is_bounded(rates: RowRates, known: int, then: int) -> None:
    rates._known = {("CHF", str(number)): "1" for number in range(known)}
    assert rates.rate("USD", "2026-03-01") == "0.90000000"
    assert len(rates._known) == then


@pytest.mark.parametrize(
    ("rate", "amounts"),
    [
        ("1", ("999999999999.9999",)),
        ("1", ("-999999999999.9999",)),
        ("2", ("499999999999.9999",)),
        ("1", ("1000000", "999999.9999")),
        ("0.0001", ("999999999999",)),
        ("1", ("99999999999999", "0")),
        ("1", (None, "")),
        ("999999999999", ()),
    ],
)
def test_what_sums_can_hold_goes_in(rate: str, amounts: tuple[str | None, ...]) -> None:
    check_size(rate, "amount", *amounts)


@pytest.mark.parametrize(
    ("rate", "amounts"),
    [
        ("1", ("1000000000000",)),
        ("1", ("-1000000000000",)),
        ("1", ("99999999999999",)),
        ("2", ("500000000000",)),
        ("1", ("1000000", "1000000")),
        ("1", ("-1000000", "1000000", None)),
        ("0.0001", ("1000000000000",)),
        ("1000000000000", (None,)),
    ],
)
def test_a_larger_amount_is_the_columns_fault(rate: str, amounts: tuple[str | None, ...]) -> None:
    """Whichever is larger: in the row's own currency, or in the company's."""
    with pytest.raises(Invalid, match="the amount is too large") as error:
        check_size(rate, "unit_price", *amounts)
    assert error.value.column == "unit_price"


def test_the_companys_currency_is_asked_for_each_time() -> None:
    assert company_currency() == "EUR"
    with current.assumed(currency="CNY"):
        assert company_currency() == "CNY"
