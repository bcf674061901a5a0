"""What is proposed before a baseline is frozen, what a sceptic is told of it, and what is shown of it after."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Team
from crm.common.company.current import assumed
from crm.common.days import add_months
from metrics.engine.rules import USUAL
from metrics.engine.scope import COMPANY, Scope
from metrics.goals import baselines
from metrics.goals.baseline_page import Window, baseline_chart, default_window, preview_of, rules_frozen, warnings
from metrics.goals.rollouts import teams_with_rollout
from metrics.kpis import get_kpi
from metrics.kpis.calls import CALLS
from metrics.kpis.trade import ORDER_LINES, ORDERS
from metrics.models import KpiRules, Rollout
from tests.factories.accounts import TeamFactory
from tests.metrics import figures

TODAY = date(2026, 11, 15)
YESTERDAY = date(2026, 11, 14)
ASA = get_kpi("asa")


def months_of_calls(first: date, count: int, **fields: Any) -> None:
    for number in range(count):
        figures.rollup(CALLS, add_months(first, number), answered=2, wait_answered=30_000, **fields)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_november")
class TestDefaultWindow:
    def window(self, kpi: str = "asa", scope: Scope = COMPANY) -> tuple[date, date, date]:
        found = default_window(get_kpi(kpi), scope=scope, teams=teams_with_rollout(), today=TODAY)
        return found.go_live_on, found.window_from, found.window_to

    def live(self, day: date, team: Team | None = None) -> None:
        Rollout.objects.create(team=team, went_live_on=day)

    def test_without_a_go_live_it_is_the_year_before_today(self) -> None:
        assert self.window() == (TODAY, date(2025, 11, 15), YESTERDAY)

    @pytest.mark.parametrize(("months", "first"), [(23, date(2025, 7, 1)), (24, date(2024, 7, 1))])
    def test_two_years_need_data_in_every_month(self, months: int, first: date) -> None:
        self.live(date(2026, 7, 1))
        months_of_calls(add_months(date(2026, 7, 1), -months), months)
        assert self.window() == (date(2026, 7, 1), first, date(2026, 6, 30))

    def test_data_of_others_make_it_no_longer(self) -> None:
        team = TeamFactory.create()
        self.live(date(2026, 7, 1), team)
        months_of_calls(date(2024, 7, 1), 24)
        assert self.window(scope=Scope(team_id=team.pk))[1] == date(2025, 7, 1)
        assert self.window()[1] == date(2024, 7, 1)

    def test_of_a_month_that_is_cut_both_parts_count(self) -> None:
        self.live(date(2026, 7, 15))
        months_of_calls(date(2024, 7, 20), 1)
        months_of_calls(date(2024, 8, 1), 24)
        assert self.window() == (date(2026, 7, 15), date(2024, 7, 15), date(2026, 7, 14))

    @pytest.mark.parametrize(
        ("go_live", "first"),
        [
            (date(2027, 1, 1), date(2026, 1, 1)),
            (date(2027, 11, 14), YESTERDAY),
            (date(2027, 11, 15), date(2025, 11, 15)),
            (date(2028, 1, 1), date(2025, 11, 15)),
        ],
    )
    def test_of_a_go_live_to_come_it_is_what_has_passed_of_its_year_or_else_the_year_up_to_now(
        self, go_live: date, first: date
    ) -> None:
        self.live(go_live)
        assert self.window() == (go_live, first, YESTERDAY)

    def test_days_that_may_still_change_are_left_out(self) -> None:
        assert self.window("fcr")[2] == date(2026, 10, 24)  # three repeat windows of a week before yesterday


GO_LIVE = date(2026, 7, 1)
AFTER = "Go-live has passed: the baseline will say that its window was chosen after go-live."
UNDER_TWELVE = "descriptive only. Under twelve, a change cannot be told from the trend it was on."


@pytest.mark.parametrize(
    ("months", "n", "today", "said"),
    [
        (12, 5, date(2026, 6, 30), []),
        (11, 5, date(2026, 6, 30), [f"Only 11 months with data: {UNDER_TWELVE}"]),
        (1, 5, date(2026, 6, 30), [f"Only 1 month with data: {UNDER_TWELVE}"]),
        (3, 0, date(2026, 6, 30), ["There is no data in this window: nothing to freeze."]),
        (12, 5, GO_LIVE, [AFTER]),
        (1, 5, date(2026, 7, 2), [f"Only 1 month with data: {UNDER_TWELVE}", AFTER]),
    ],
)
def test_a_sceptic_is_told(months: int, n: int, today: date, said: list[str]) -> None:
    assert warnings(months=months, n=n, go_live_on=GO_LIVE, today=today) == said


@pytest.mark.django_db
@pytest.mark.usefixtures("in_november")
class TestPreview:
    YEAR = Window(go_live_on=date(2027, 1, 1), window_from=date(2025, 11, 1), window_to=date(2026, 10, 31))

    def test_of_a_mean_is_the_mean_with_its_months(self) -> None:
        months_of_calls(date(2025, 11, 1), 12)
        found = preview_of(ASA, window=self.YEAR, scope=COMPANY, today=TODAY)

        assert (found.value, found.n, found.months, found.warnings) == (15, 24, 12, [])
        assert (found.chart.title, found.chart.format, found.chart.unit) == (
            "Average speed of answer by month", "duration", "",
        )  # fmt: skip
        assert (found.chart.x[0], found.chart.x[-1]) == ("2025-11", "2026-10")
        assert [list(series.values) for series in found.chart.series] == [[15] * 12]

    def test_of_a_sum_is_an_average_month_in_the_companys_currency(self) -> None:
        figures.rollup(ORDERS, date(2026, 3, 1), not_cancelled=3, orders=3)
        figures.rollup(ORDER_LINES, date(2026, 3, 1), revenue=36_500_000)
        with assumed(currency="CHF"):
            found = preview_of(get_kpi("revenue"), window=self.YEAR, scope=COMPANY, today=TODAY)

        assert found.value == Decimal(3650) / 365 * Decimal("365.25") / 12
        assert (found.n, found.months, found.chart.unit, found.chart.format) == (3, 1, "CHF", "money")
        assert list(found.chart.series[0].values) == [3650]

    def test_of_nothing_is_nothing(self) -> None:
        for kpi in (ASA, get_kpi("revenue")):
            found = preview_of(kpi, window=self.YEAR, scope=COMPANY, today=TODAY)
            assert (found.value, found.n, found.months, list(found.chart.x)) == (None, 0, 0, [])
            assert found.warnings == ["There is no data in this window: nothing to freeze."]

    def test_warns_of_days_that_may_still_change(self) -> None:
        months_of_calls(date(2025, 11, 1), 12)
        found = [
            preview_of(ASA, window=replace(self.YEAR, window_to=last), scope=COMPANY, today=TODAY).warnings
            for last in (YESTERDAY, TODAY)
        ]
        assert found == [
            [], ["Figures of the days after 2026-11-14 may still change: the window can end on it at the latest."],
        ]  # fmt: skip

    def test_of_a_window_that_reaches_go_live_is_refused(self) -> None:
        window = replace(self.YEAR, go_live_on=self.YEAR.window_to)
        with pytest.raises(baselines.WindowNotBeforeGoLive):
            preview_of(ASA, window=window, scope=COMPANY, today=TODAY)


@pytest.mark.django_db
class TestRulesFrozen:
    def test_are_those_of_its_version_that_the_kpi_reads(self) -> None:
        level = get_kpi("service_level")
        frozen = figures.baseline("service_level")
        KpiRules.objects.create(**{**USUAL, "answer_within_s": 30}, reason="so")
        assert rules_frozen(frozen, level) == "A call counts as answered in time within 20 seconds"
        frozen.version = level.version_under({**USUAL, "answer_within_s": 30})
        assert rules_frozen(frozen, level) == "A call counts as answered in time within 30 seconds"

    def test_are_nothing_where_there_are_none_or_they_are_no_more(self) -> None:
        assert rules_frozen(figures.baseline("asa"), ASA) == ""
        assert rules_frozen(figures.baseline("service_level", version=99), get_kpi("service_level")) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kpi", "form", "unit", "line"),
    [("asa", "duration", "", Decimal("0.7")), ("service_level", "percent", "", Decimal("0.7")),
     ("revenue", "money", "EUR", None)],
)  # fmt: skip
def test_the_frozen_months_with_the_baseline_where_months_compare_with_it(
    kpi: str, form: str, unit: str, line: Decimal | None
) -> None:
    frozen = figures.baseline(kpi)
    chart = baseline_chart(frozen, get_kpi(kpi))

    assert (chart.key, chart.format, chart.unit, chart.baseline) == (f"baseline-{frozen.pk}", form, unit, line)
    assert (len(chart.x), chart.x[0], chart.x[-1]) == (12, "2025-07", "2026-06")
    assert list(chart.series[0].values) == [0.7] * 12
    assert chart.title == f"{get_kpi(kpi).name} by month, as frozen"
