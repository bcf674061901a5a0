from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.access import OPERATOR
from accounts.models import Team
from metrics.models import Baseline, Benefit, CostEntry, Evaluation, Rollout
from metrics.programme.benefits import Worth
from metrics.programme.returns import return_on_investment, start_of_programme
from tests.factories.accounts import TeamFactory

pytestmark = pytest.mark.django_db
GO_LIVE = date(2024, 1, 1)
AS_OF = date(2024, 12, 31)


def cost(day: date, amount: str, *, category: str = "licence", actual: bool = True) -> CostEntry:
    money = Decimal(amount)
    fields = {"actual": money, "actual_company": money} if actual else {"planned": money, "planned_company": money}
    return CostEntry.objects.create(date=day, category=category, currency="EUR", **fields)


def entered(name: str, *amounts: str, hardness: str = "hard", share: str = "1") -> Benefit:
    years = [{"year": year, "amount": amount} for year, amount in enumerate(amounts, start=1)]
    return Benefit.objects.create(name=name, hardness=hardness, amounts=years, share=Decimal(share), evidence="books")


def baseline(kpi: str, *, team: Team | None = None, go_live: date = GO_LIVE) -> Baseline:
    return Baseline.objects.create(
        kpi=kpi,
        version=1,
        team=team,
        window_from=go_live - timedelta(days=366),
        window_to=go_live - timedelta(days=1),
        go_live_on=go_live,
        n=1000,
        components={},
        series=[],
        days=[],
        source_hash="",
        chosen_after_go_live=False,
    )


def verdict(kpi: str, verdict: str, *, change: float, low: float, high: float, **fields: Any) -> Evaluation:
    frozen = fields.pop("baseline", None) or baseline(kpi)
    return Evaluation.objects.create(
        kpi=kpi,
        as_of=AS_OF,
        baseline=frozen,
        baseline_value=fields.pop("before", Decimal(60)),
        current_from=date(2024, 1, 1),
        current_to=date(2024, 12, 30),
        n_current=36500,
        change=change,
        low=low,
        high=high,
        verdict=verdict,
        **fields,
    )


def test_the_forrester_case_from_entries_to_roi() -> None:
    """Forrester's Total Economic Impact case: 53,150 at once, then three years, at 10 %."""
    for day, amount in (
        (date(2024, 1, 1), "53150"),
        (date(2024, 12, 31), "666715"),
        (date(2025, 12, 31), "636772"),
        (date(2026, 12, 31), "647783"),
    ):
        cost(day, amount)
    entered("all benefits", "1606511", "3061331", "4229760")

    found = return_on_investment(OPERATOR, as_of=AS_OF)

    assert found.rate == Decimal("0.10")
    assert [int(amount) for amount in found.cost.total.by_year] == [53150, 666715, 636772, 647783]
    assert found.proven.roi is not None
    assert round(found.proven.pv_cost) == 1672201
    assert round(found.proven.pv_benefit) == 7168371
    assert round(found.proven.npv) == 5496170
    assert round(found.proven.roi * 100) == 329
    assert found.proven == found.claimed == found.hard == found.low == found.high
    assert found.proven.payback == Decimal(53150) / Decimal(939796)


def test_with_nothing_entered_nothing_is_defined() -> None:
    found = return_on_investment(OPERATOR, as_of=AS_OF)

    assert found.start == AS_OF
    assert found.years == 3
    assert not any((found.proven.pv_cost, found.proven.npv))
    assert (found.proven.roi, found.proven.irr, found.proven.payback) == (None, None, None)


def test_the_start_is_the_first_go_live_else_the_first_cost() -> None:
    cost(date(2023, 5, 1), "10")
    assert start_of_programme(OPERATOR, as_of=AS_OF) == date(2023, 5, 1)

    baseline("csat", go_live=date(2024, 2, 1))
    assert start_of_programme(OPERATOR, as_of=AS_OF) == date(2024, 2, 1)

    Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2024, 3, 1))
    assert start_of_programme(OPERATOR, as_of=AS_OF) == date(2024, 3, 1)


def test_an_improved_duration_is_worth_seconds_saved_times_volume() -> None:
    """60 s less 20 % (interval 10 to 30 %), 36,500 calls in 365 days, 0.01 a second."""
    verdict("aht", "improved", change=0.8, low=0.7, high=0.9)
    Benefit.objects.create(name="handling", hardness="hard", kpi="aht", unit_value=Decimal("0.01"))

    [valued] = return_on_investment(OPERATOR, as_of=AS_OF).benefits

    assert valued.yearly_volume == Decimal(36525)
    assert valued.proven[0] == Worth(Decimal(0), Decimal(0), Decimal(0))
    assert valued.proven[1] == Worth(Decimal(4383), Decimal("2191.5"), Decimal("6574.5"))
    assert valued.proven[3] == valued.proven[1] == valued.claimed[1]


def test_what_got_worse_is_a_proven_loss() -> None:
    verdict("aht", "worse", change=1.2, low=1.1, high=1.3)
    Benefit.objects.create(name="handling", hardness="hard", kpi="aht", unit_value=Decimal("0.01"))

    [valued] = return_on_investment(OPERATOR, as_of=AS_OF).benefits

    assert valued.proven[1] == valued.claimed[1] == Worth(Decimal(-4383), Decimal("-6574.5"), Decimal("-2191.5"))


@pytest.mark.parametrize("word", ["no_evidence", "too_early", "no_baseline", "no_data", "not_attributable"])
def test_what_no_verdict_stands_behind_is_claimed_and_not_proven(word: str) -> None:
    verdict("aht", word, change=0.8, low=0.7, high=0.9)
    Benefit.objects.create(name="handling", hardness="hard", kpi="aht", unit_value=Decimal("0.01"))

    found = return_on_investment(OPERATOR, as_of=AS_OF)

    assert found.proven.pv_benefit == 0
    assert found.claimed.pv_benefit > 10000
    assert found.hard_benefit.proven.value == 0
    assert found.hard_benefit.claimed.value == Decimal(13149)


def test_a_share_is_worth_its_percentage_points_and_falls_count_where_lower_is_better() -> None:
    verdict("abandon_rate", "improved", change=-0.04, low=-0.05, high=-0.03)
    Benefit.objects.create(
        name="saved calls",
        hardness="soft",
        kpi="abandon_rate",
        unit_value=Decimal("0.05"),
        yearly_volume=Decimal(100000),
        share=Decimal("0.5"),
    )

    found = return_on_investment(OPERATOR, as_of=AS_OF)

    assert found.benefits[0].proven[1] == Worth(Decimal(10000), Decimal(7500), Decimal(12500))
    assert found.soft_benefit.by_year[1] == found.benefits[0].proven[1]
    assert found.hard.pv_benefit == 0
    assert found.low.pv_benefit < found.proven.pv_benefit < found.high.pv_benefit


def test_a_team_that_goes_live_at_mid_year_brings_its_part_of_the_year() -> None:
    team = TeamFactory.create()
    Rollout.objects.create(team=TeamFactory.create(), went_live_on=GO_LIVE)
    frozen = baseline("nps", team=team, go_live=date(2024, 7, 2))
    verdict("nps", "improved", change=10, low=5, high=15, baseline=frozen, team=team)
    Benefit.objects.create(
        name="loyalty", hardness="soft", kpi="nps", team=team, unit_value=Decimal(183), yearly_volume=Decimal(1)
    )

    [valued] = return_on_investment(OPERATOR, as_of=AS_OF).benefits

    assert valued.proven[1].value == Decimal(1830) * Decimal(183) / Decimal(366)
    assert valued.proven[2].value == 1830


def test_a_benefit_without_any_verdict_yet_is_nothing() -> None:
    Benefit.objects.create(name="handling", hardness="hard", kpi="aht", unit_value=Decimal("0.01"))

    [valued] = return_on_investment(OPERATOR, as_of=AS_OF).benefits

    assert (valued.verdict, valued.claimed[1].value) == ("no_data", Decimal(0))


def test_the_newest_verdict_up_to_the_day_counts() -> None:
    verdict("aht", "improved", change=0.8, low=0.7, high=0.9)
    Benefit.objects.create(name="handling", hardness="hard", kpi="aht", unit_value=Decimal("0.01"))

    assert return_on_investment(OPERATOR, as_of=AS_OF - timedelta(days=1)).claimed.pv_benefit == 0
    assert return_on_investment(OPERATOR, as_of=AS_OF + timedelta(days=1)).proven.pv_benefit > 0


def test_shares_of_entered_amounts_and_years_beyond_three() -> None:
    entered("licences saved", "100", "100", "100", "100", share="0.25")

    found = return_on_investment(OPERATOR, as_of=AS_OF, rate=Decimal(0))

    assert found.years == 4
    assert found.proven.pv_benefit == 100
    assert found.hard_benefit.proven == Worth(Decimal(100), Decimal(100), Decimal(100))


def test_the_number_of_queries_does_not_grow_with_the_benefits(django_assert_num_queries: Any) -> None:
    verdict("aht", "improved", change=0.8, low=0.7, high=0.9)
    for name in ("one", "two", "three"):
        Benefit.objects.create(name=name, hardness="hard", kpi="aht", unit_value=Decimal("0.01"))

    with django_assert_num_queries(4):
        return_on_investment(OPERATOR, as_of=AS_OF)
