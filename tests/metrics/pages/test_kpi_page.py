"""The parts a KPI's page is made of: its window, its periods, what it is held against, and what it says."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Team
from crm.common.charts import Chart
from metrics.engine.scope import COMPANY, Scope
from metrics.kpis import get_kpi
from metrics.models import Baseline, Evaluation, Rollout
from metrics.pages.kpi_page import (
    KpiSeries,
    Period,
    compared,
    default_window,
    finding,
    go_live_marks,
    period_labels,
    period_of,
)
from metrics.verdicts.standing import Goals

CSAT, ASA, ORDERS = (get_kpi(key) for key in ("csat", "asa", "orders"))


@pytest.mark.parametrize(
    ("by", "today", "first"),
    [
        ("day", date(2026, 11, 15), date(2026, 8, 16)),
        ("day", date(2024, 3, 1), date(2023, 12, 1)),
        ("week", date(2026, 11, 15), date(2026, 5, 18)),  # a Sunday
        ("week", date(2026, 11, 16), date(2026, 5, 25)),  # a Monday
        ("month", date(2026, 11, 15), date(2024, 11, 1)),
        ("month", date(2026, 3, 31), date(2024, 3, 1)),
    ],
)
def test_the_window_where_none_is_asked_for(by: str, today: date, first: date) -> None:
    assert default_window(by=by, today=today) == (first, today)


@pytest.mark.parametrize(("by", "periods"), [("day", 92), ("week", 26), ("month", 25)])
def test_it_has_so_many_periods(by: str, periods: int) -> None:
    first, last = default_window(by=by, today=date(2026, 11, 15))

    assert len(period_labels(by=by, first=first, last=last)) == periods


@pytest.mark.parametrize(
    ("by", "day", "label"),
    [
        ("day", date(2026, 1, 5), "2026-01-05"),
        ("month", date(2026, 1, 31), "2026-01"),
        ("week", date(2026, 1, 4), "2026-W01"),
        ("week", date(2026, 1, 5), "2026-W02"),
        ("week", date(2025, 12, 29), "2026-W01"),  # of the ISO year that has most of the week
        ("week", date(2027, 1, 3), "2026-W53"),
    ],
)
def test_the_period_of_a_day(by: str, day: date, label: str) -> None:
    assert period_of(day, by=by) == label


@pytest.mark.parametrize(
    ("by", "first", "last", "labels"),
    [
        ("day", date(2026, 2, 27), date(2026, 3, 1), ["2026-02-27", "2026-02-28", "2026-03-01"]),
        ("day", date(2026, 2, 27), date(2026, 2, 27), ["2026-02-27"]),
        ("day", date(2026, 2, 27), date(2026, 2, 26), []),
        ("week", date(2026, 12, 27), date(2027, 1, 4), ["2026-W52", "2026-W53", "2027-W01"]),
        ("month", date(2025, 11, 30), date(2026, 2, 1), ["2025-11", "2025-12", "2026-01", "2026-02"]),
        ("month", date(2026, 1, 31), date(2026, 1, 31), ["2026-01"]),
        ("month", date(2026, 2, 1), date(2026, 1, 31), []),
    ],
)
def test_periods_are_named_without_gaps(by: str, first: date, last: date, labels: list[str]) -> None:
    assert period_labels(by=by, first=first, last=last) == labels


def team(pk: int, name: str, day: date | None) -> Team:
    found = Team(pk=pk, key=name.lower(), name=name)
    if day:
        found.rollout = Rollout(team=found, went_live_on=day)
    return found


@pytest.mark.django_db
class TestGoLives:
    TEAMS = (
        team(1, "South", date(2026, 7, 31)),
        team(2, "North", date(2026, 7, 1)),
        team(3, "West", date(2026, 5, 4)),
        team(4, "East", None),
        team(5, "Past", date(2020, 1, 1)),
    )

    @pytest.mark.parametrize(
        ("scope", "marks"),
        [
            (COMPANY, {"2026-05": "West", "2026-07": "South, North"}),
            (Scope(team_id=2), {"2026-07": "North"}),
            (Scope(team_id=4), {}),
            (Scope(team_id=5), {}),
        ],
    )
    def test_are_those_of_the_scope_in_the_periods_shown(self, scope: Scope, marks: dict[str, str]) -> None:
        labels = ["2026-05", "2026-06", "2026-07"]

        found = go_live_marks(self.TEAMS, scope=scope, by="month", labels=labels)

        assert list(found.items()) == list(marks.items())

    def test_of_nobody_are_none(self) -> None:
        assert go_live_marks([], scope=COMPANY, by="day", labels=["2026-05-01"]) == {}
        assert go_live_marks(self.TEAMS, scope=COMPANY, by="month", labels=[]) == {}


HALF = Baseline(
    kpi="csat", value=Decimal("0.5"), n=40, window_from=date(2026, 1, 1), window_to=date(2026, 1, 31), numerator=20
)


@pytest.mark.parametrize(
    ("goals", "expected"),
    [
        (Goals(), (None, None)),
        (Goals(baseline=HALF), (Decimal("0.5"), 40)),
        (Goals(evaluation=Evaluation(), baseline=HALF), (Decimal("0.5"), 40)),
        (Goals(evaluation=Evaluation(baseline_value=Decimal(0), n_baseline=9), baseline=HALF), (Decimal(0), 9)),
        (Goals(evaluation=Evaluation(n_baseline=9)), (None, None)),
    ],
)
def test_the_present_is_held_against_what_was_judged(goals: Goals, expected: tuple[Any, Any]) -> None:
    assert compared(CSAT, goals) == expected


def judged(verdict: str, **fields: Any) -> Evaluation:
    stored = {"current_value": Decimal("0.8"), "baseline_value": Decimal("0.7"), "change": 0.1}
    return Evaluation(verdict=verdict, **{**stored, **fields})


@pytest.mark.parametrize(
    ("evaluation", "last_value", "sentence"),
    [
        (None, None, "Customer satisfaction: no data in this period"),
        (None, Decimal(0), "Customer satisfaction, with no verdict yet"),
        (judged("too_early", change=None), Decimal(1), "Customer satisfaction, with no verdict yet"),
        (judged("improved", change=None), None, "Customer satisfaction: no data in this period"),
        (
            judged("improved"),
            None,
            "Customer satisfaction got better: 80.0% against 70.0% before go-live (+10.0\u202fpp)",
        ),
        (
            judged("worse", current_value=Decimal("0.6"), change=-0.1),
            Decimal(1),
            "Customer satisfaction got worse: 60.0% against 70.0% before go-live (−10.0\u202fpp)",
        ),
        (
            judged("no_evidence", change=0.0),
            Decimal(1),
            "Customer satisfaction: 80.0% against 70.0% before go-live, and no proof that it changed",
        ),
        (
            judged("not_attributable"),
            Decimal(1),
            "Customer satisfaction: 80.0% against 70.0% before go-live, and no proof that it changed",
        ),
    ],
)
def test_the_finding_is_a_sentence(evaluation: Evaluation | None, last_value: Decimal | None, sentence: str) -> None:
    assert finding(CSAT, evaluation, last_value=last_value) == sentence


def series(values: list[Decimal | None]) -> KpiSeries:
    periods = tuple(
        Period(
            label=str(place), value=value, numerator=None, denominator=None, n=0, low=None, high=None, go_live="",
            is_part=False,
        )
        for place, value in enumerate(values)
    )  # fmt: skip
    return KpiSeries(
        chart=Chart(key="csat", title="", x=[], series=[]), periods=periods, first=date(2026, 1, 1),
        last=date(2026, 1, 1), n=0, variants=(), median=None, p90=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "has_data", "is_listed"),
    [
        ([], False, True),
        ([None], False, True),
        ([None, Decimal(0)], True, True),
        ([None] * 120, False, True),
        ([None] * 121, False, False),
    ],
)
def test_whether_there_are_data_and_few_enough_to_list(
    values: list[Decimal | None], has_data: bool, is_listed: bool
) -> None:
    found = series(values)

    assert (found.has_data, found.is_listed) == (has_data, is_listed)
