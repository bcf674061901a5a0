"""What the page of return and cost makes of its figures: the finding, the cash over the years, and sums by benefit."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access import OPERATOR
from metrics.models import Benefit, CostEntry
from metrics.programme.benefits import NOTHING, Valued, Worth
from metrics.programme.costs import Cost, ownership
from metrics.programme.returns import ReturnOnInvestment, _assembled
from metrics.programme.roi_page import cash_chart, cash_finding, roi_page
from tests.metrics import figures

START = date(2026, 7, 1)
TEN_PER_CENT = Decimal("0.1")


def worth(value: int, low: int | None = None, high: int | None = None) -> Worth:
    return Worth(*(Decimal(value if each is None else each) for each in (value, low, high)))


def benefit(*proven: Worth, claimed: tuple[Worth, ...] | None = None) -> Valued:
    """From year 1 on."""
    nothing: Any = dict.fromkeys(("unit_value", "yearly_volume"))
    said: Any = dict.fromkeys(("name", "kpi", "verdict", "evidence"), "")
    return Valued(
        benefit_id=1, hardness="hard", reason_details={}, share=Decimal(1), **nothing, **said,
        proven=(NOTHING, *proven), claimed=(NOTHING, *(claimed or proven)),
    )  # fmt: skip


def result(*benefits: Valued, cost: int = 1000, rate: Decimal = TEN_PER_CENT) -> ReturnOnInvestment:
    """`cost` at once, then three years."""
    costs = [Cost(category="licence", year=0, planned=None, actual=Decimal(cost))] if cost else []
    return _assembled(
        as_of=START, start=START, rate=rate, years=3, cost=ownership(costs, years=3), benefits=benefits
    )  # fmt: skip


A_LITTLE = benefit(*[worth(300)] * 3)
IN_TIME = benefit(*[worth(600)] * 3)
CLAIMED = benefit(*[NOTHING] * 3, claimed=(worth(500),) * 3)
NOT_DISCOUNTED = "but not once money costs 10% a year"


class TestFinding:
    @pytest.mark.parametrize(
        ("benefits", "cost", "words"),
        [
            ([IN_TIME], 0, "Cash over the years: no costs entered yet"),
            ([], 0, "Cash over the years: no costs entered yet"),
            ([], 1000, "The programme does not pay back within 3 years"),
            ([A_LITTLE], 1000, "The programme does not pay back within 3 years"),
            ([IN_TIME], 1000, "What is proven pays the programme back after 1.7 years"),
            ([A_LITTLE, CLAIMED], 900, f"What is proven pays back after 3.0 years, {NOT_DISCOUNTED}"),
            (
                [CLAIMED],
                1000,
                "Only on what is claimed, not on what is proven, does the programme pay back (2.0 years)",
            ),
        ],
    )
    def test_is_a_sentence(self, benefits: list[Valued], cost: int, words: str) -> None:
        assert cash_finding(result(*benefits, cost=cost)) == words

    @pytest.mark.parametrize(("rate", "said"), [("0.125", "12.5%"), ("0.07", "7%"), ("0.2000", "20%")])
    def test_names_the_rate_that_money_costs_as_it_is(self, rate: str, said: str) -> None:
        found = result(benefit(*[worth(350)] * 3), rate=Decimal(rate))
        assert cash_finding(found).endswith(f"once money costs {said} a year")


class TestChart:
    def series(self, found: ReturnOnInvestment) -> list[list[Any]]:
        proven, claimed = cash_chart(found).series
        return [[*map(int, each)] for each in (proven.values, proven.low, proven.high, claimed.values)]  # type: ignore[arg-type]

    def test_runs_from_the_start_with_the_interval_of_what_is_proven(self) -> None:
        two = [benefit(worth(600, 500, 700), worth(0), worth(100)), CLAIMED]
        assert self.series(result(*two)) == [
            [-1000, -400, -400, -300],
            [-1000, -500, -500, -400],
            [-1000, -300, -300, -200],
            [-1000, 100, 600, 1200],
        ]
        assert list(cash_chart(result()).x) == ["Start", "Year 1", "Year 2", "Year 3"]

    def test_of_nothing_is_a_line_at_0(self) -> None:
        assert self.series(result(cost=0)) == [[0] * 4] * 4


@pytest.mark.django_db
@pytest.mark.usefixtures("in_november")
class TestPage:
    def test_without_costs_and_benefits_it_is_empty(self) -> None:
        page = roi_page(OPERATOR, as_of=START)
        assert (page.is_empty, page.costs, page.hard, page.soft, page.years) == (True, (), (), (), [0, 1, 2, 3])
        assert (page.total.label, page.total.expected) == ("Total", 0)

    def test_costs_stand_by_category_with_their_total(self) -> None:
        for category, planned, actual in (("training", 100, None), ("licence", 900, 1000)):
            CostEntry.objects.create(
                date=START, category=category, currency="EUR", planned=planned, actual=actual,
                planned_company=planned, actual_company=actual,
            )  # fmt: skip
        page = roi_page(OPERATOR, as_of=START)
        rows = (*page.costs, page.total)
        assert [(row.label, row.planned, row.actual, row.expected, row.overrun) for row in rows] == [
            ("licence", 900, 1000, 1000, 100), ("training", 100, 0, 100, 0), ("Total", 1000, 1000, 1100, 100),
        ]  # fmt: skip
        assert not page.is_empty
        assert page.total.by_year == (1100, 0, 0, 0)

    def test_benefits_are_summed_over_the_years_and_told_apart_by_hardness(self) -> None:
        amounts = [{"year": 1, "amount": "500"}, {"year": 2, "amount": "700"}]
        Benefit.objects.create(name="Fewer licences", hardness="hard", amounts=amounts)
        figures.baseline("csat", version=1)
        figures.evaluation("csat", "no_evidence", details={"version": 1, "reasons": [["no_baseline", {}]]})
        given = {"kpi": "csat", "unit_value": 10, "yearly_volume": 1}
        Benefit.objects.create(name="Happier", hardness="soft", **given)

        page = roi_page(OPERATOR, as_of=date(2026, 11, 15))
        ((hard,), (soft,)) = (page.hard, page.soft)
        assert (hard.valued.name, hard.kpi_name, hard.proven, hard.claimed, hard.reason) == (
            "Fewer licences", "", worth(1200), worth(1200), "",
        )  # fmt: skip
        assert (soft.kpi_name, soft.proven, soft.claimed.value) == ("Customer satisfaction", NOTHING, 300)
        assert soft.reason.startswith("No baseline was frozen before go-live")
        assert (page.outdated, page.is_empty) == ((), False)

    def test_a_benefit_that_rests_on_rules_that_have_changed_is_named(self) -> None:
        for kpi, version in (("csat", 99), ("asa", 1)):
            figures.evaluation(kpi, "improved", details={"version": version})
            Benefit.objects.create(name=kpi, hardness="soft", kpi=kpi, unit_value=1)
        Benefit.objects.create(name="gone", hardness="soft", kpi="happiness", unit_value=1)

        page = roi_page(OPERATOR, as_of=date(2026, 11, 15))
        assert [kpi.key for kpi in page.outdated] == ["csat"]
        assert [line.kpi_name for line in page.soft] == [
            "Average speed of answer",
            "Customer satisfaction",
            "happiness",
        ]

    def test_who_may_not_see_money_sees_none(self) -> None:
        Benefit.objects.create(name="x", hardness="hard", amounts=[{"year": 1, "amount": "5"}])
        CostEntry.objects.create(date=START, category="licence", currency="EUR", actual=1, actual_company=1)
        assert roi_page(AnonymousUser(), as_of=START).is_empty
