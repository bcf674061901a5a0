from datetime import date
from decimal import Decimal

import pytest

from customers.models import ExchangeRate
from customers.trade.rates import NoRate
from metrics.models import Benefit, CostEntry
from metrics.programme import recording

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def cost(**fields: object) -> CostEntry:
    return CostEntry(**{"date": DAY, "category": "training", "currency": "EUR", **fields})


def test_a_cost_in_the_companys_currency_is_kept_as_it_is() -> None:
    saved = recording.record_cost(cost=cost(planned=Decimal(1000), currency=""))

    saved.refresh_from_db()
    assert (saved.currency, saved.planned_company, saved.actual_company) == ("EUR", Decimal(1000), None)


def test_a_cost_in_another_currency_takes_the_newest_rate_of_its_day() -> None:
    ExchangeRate.objects.create(currency="USD", day=date(2026, 1, 1), rate=Decimal("0.9"))
    ExchangeRate.objects.create(currency="USD", day=date(2026, 3, 1), rate=Decimal("0.8"))
    ExchangeRate.objects.create(currency="USD", day=date(2026, 3, 3), rate=Decimal("0.7"))

    saved = recording.record_cost(cost=cost(actual=Decimal("12.5"), currency="USD"))

    assert saved.actual_company == Decimal("10.0000")


def test_a_cost_without_a_rate_is_refused() -> None:
    with pytest.raises(NoRate, match="no exchange rate from USD to EUR on or before 2026-03-02"):
        recording.record_cost(cost=cost(actual=Decimal(1), currency="USD"))

    assert not CostEntry.objects.exists()


def test_a_cost_without_an_amount_is_refused() -> None:
    with pytest.raises(recording.CostWithoutAmount):
        recording.record_cost(cost=cost())


@pytest.mark.parametrize(
    "fields",
    [
        {"kpi": "aht"},
        {"unit_value": Decimal(1)},
        {},
        {"kpi": "aht", "unit_value": Decimal(1), "amounts": [{"year": 1, "amount": "5"}]},
    ],
)
def test_a_benefit_has_one_kind_of_value(fields: dict[str, object]) -> None:
    with pytest.raises(recording.BenefitWithoutValue):
        recording.record_benefit(benefit=Benefit(name="Less work", hardness="hard", **fields))


def test_benefits_by_kpi_and_by_amounts_are_kept() -> None:
    by_kpi = Benefit(name="Shorter calls", hardness="hard", kpi="aht", unit_value=Decimal("0.01"))
    by_amounts = Benefit(name="Fewer licences", hardness="hard", amounts=[{"year": 1, "amount": "900.00"}])

    recording.record_benefit(benefit=by_kpi)
    recording.record_benefit(benefit=by_amounts)

    assert [one.name for one in Benefit.objects.all()] == ["Fewer licences", "Shorter calls"]
    recording.withdraw_benefit(benefit=by_kpi)
    assert Benefit.objects.get() == by_amounts


def test_a_cost_can_be_withdrawn() -> None:
    saved = recording.record_cost(cost=cost(actual=Decimal(1)))

    recording.withdraw_cost(cost=saved)

    assert not CostEntry.objects.exists()
