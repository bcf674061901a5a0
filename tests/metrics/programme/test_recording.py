from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Team
from customers.models import ExchangeRate
from customers.trade.rates import NoRate
from metrics.models import Benefit, CostEntry, OtherChange, Rollout
from metrics.programme import recording as programme

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def cost(**fields: object) -> CostEntry:
    return CostEntry(**{"date": DAY, "category": "training", "currency": "EUR", **fields})


def test_a_go_live_day_is_set_and_corrected() -> None:
    team = Team.objects.create(key="north", name="North")

    programme.set_go_live(team=team, went_live_on=DAY)
    rollout = programme.set_go_live(team=team, went_live_on=date(2026, 4, 1), phase=2)

    assert list(Rollout.objects.values_list("team_id", "went_live_on", "phase")) == [(team.pk, date(2026, 4, 1), 2)]
    programme.withdraw_go_live(rollout=rollout)
    assert not Rollout.objects.exists()


def test_a_cost_in_the_companys_currency_is_kept_as_it_is() -> None:
    saved = programme.record_cost(cost=cost(planned=Decimal(1000), currency=""))

    saved.refresh_from_db()
    assert (saved.currency, saved.planned_company, saved.actual_company) == ("EUR", Decimal(1000), None)


def test_a_cost_in_another_currency_takes_the_newest_rate_of_its_day() -> None:
    ExchangeRate.objects.create(currency="USD", day=date(2026, 1, 1), rate=Decimal("0.9"))
    ExchangeRate.objects.create(currency="USD", day=date(2026, 3, 1), rate=Decimal("0.8"))
    ExchangeRate.objects.create(currency="USD", day=date(2026, 3, 3), rate=Decimal("0.7"))

    saved = programme.record_cost(cost=cost(actual=Decimal("12.5"), currency="USD"))

    assert saved.actual_company == Decimal("10.0000")


def test_a_cost_without_a_rate_is_refused() -> None:
    with pytest.raises(NoRate, match="no exchange rate from USD to EUR on or before 2026-03-02"):
        programme.record_cost(cost=cost(actual=Decimal(1), currency="USD"))

    assert not CostEntry.objects.exists()


def test_a_cost_without_an_amount_is_refused() -> None:
    with pytest.raises(programme.CostWithoutAmount):
        programme.record_cost(cost=cost())


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
    with pytest.raises(programme.BenefitWithoutValue):
        programme.record_benefit(benefit=Benefit(name="Less work", hardness="hard", **fields))


def test_benefits_by_kpi_and_by_amounts_are_kept() -> None:
    by_kpi = Benefit(name="Shorter calls", hardness="hard", kpi="aht", unit_value=Decimal("0.01"))
    by_amounts = Benefit(name="Fewer licences", hardness="hard", amounts=[{"year": 1, "amount": "900.00"}])

    programme.record_benefit(benefit=by_kpi)
    programme.record_benefit(benefit=by_amounts)

    assert [one.name for one in Benefit.objects.all()] == ["Fewer licences", "Shorter calls"]
    programme.withdraw_benefit(benefit=by_kpi)
    assert Benefit.objects.get() == by_amounts


def test_another_change_ends_after_it_begins() -> None:
    with pytest.raises(programme.EndsBeforeItBegins):
        programme.record_other_change(
            change=OtherChange(what="Strike", happened_from=DAY, happened_to=date(2026, 3, 1))
        )

    kept = programme.record_other_change(change=OtherChange(what="Strike", happened_from=DAY, kpis=["aht"]))
    assert OtherChange.objects.get() == kept
    programme.withdraw_other_change(change=kept)
    assert not OtherChange.objects.exists()


def test_a_cost_can_be_withdrawn() -> None:
    saved = programme.record_cost(cost=cost(actual=Decimal(1)))

    programme.withdraw_cost(cost=saved)

    assert not CostEntry.objects.exists()
