"""What a verdict reads: subjects, frozen baselines, the days since, and what else happened."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from metrics.engine.scope import COMPANY, Scope
from metrics.kpis import CATALOGUE, get_kpi
from metrics.kpis.catalogue import MAIN
from metrics.models import Baseline, KpiTarget, OtherChange
from metrics.verdicts.figures import DayFigure, MonthFigure, Sample, Shape
from metrics.verdicts.reading import (
    Subject,
    find_subjects,
    read_figures,
    read_frozen,
    settling_days,
    shape_of,
)
from metrics.verdicts.windows import Window
from tests.factories.accounts import TeamFactory, UserFactory
from tests.metrics import figures

CSAT, NPS, ASA, ORDERS, PROFIT = (get_kpi(key) for key in ("csat", "nps", "asa", "orders", "profit"))
GO_LIVE = date(2026, 7, 1)


def baseline(kpi: str = "csat", **fields: Any) -> Baseline:
    """Of the half-year before go-live; not stored."""
    stored = {
        "window_from": date(2026, 1, 10),
        "window_to": date(2026, 6, 30),
        "go_live_on": GO_LIVE,
        "n": 0,
        "chosen_after_go_live": False,
    }
    return Baseline(**{"kpi": kpi, "version": 1, "components": {}, "series": [], "days": [], **stored, **fields})


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("csat", Shape.PROPORTION),
        ("nps", Shape.SCORE),
        ("asa", Shape.MEAN),
        ("orders", Shape.SUM),
        ("operating_cost_ratio", Shape.RATIO),
        ("on_time_payment", Shape.PROPORTION),  # a share of amounts
    ],
)
def test_what_a_kpi_is_tested_as(key: str, shape: Shape) -> None:
    assert shape_of(get_kpi(key)) is shape


@pytest.mark.parametrize(("key", "days"), [("csat", 0), ("asa", 0), ("fcr", 21), ("profit", 0)])
def test_how_long_figures_may_change(key: str, days: int) -> None:
    assert settling_days(get_kpi(key)) == days


@pytest.mark.django_db
class TestSubjects:
    def test_without_goals_are_the_main_kpis_of_the_company(self) -> None:
        assert find_subjects() == [Subject(kpi, COMPANY, None, None, None) for kpi in MAIN]

    def test_are_also_the_scopes_with_goals_after_the_company_in_the_order_of_the_catalogue(self) -> None:
        north, south, owner = TeamFactory.create(), TeamFactory.create(), UserFactory.create()
        souths = figures.baseline("csat", team=south)
        target = KpiTarget.objects.create(kpi="csat", value=Decimal("0.8"), due_on=GO_LIVE, owner=owner, team=north)
        variant = figures.baseline("service_level_strict")
        figures.baseline("gone", version=1)

        found = find_subjects()

        assert [each for each in found if each.scope != COMPANY or each.target or each.baseline] == [
            Subject(CSAT, Scope(team_id=north.pk), None, None, target),
            Subject(CSAT, Scope(team_id=south.pk), souths, None, None),
            Subject(get_kpi("service_level_strict"), COMPANY, variant, None, None),
        ]
        keys = [each.kpi.key for each in found]
        assert keys == sorted(keys, key=list(CATALOGUE).index)
        assert next(each.scope for each in found if each.kpi is CSAT) == COMPANY

    def test_have_the_preferred_baseline_the_newest_target_and_the_outdated_one(self) -> None:
        owner = UserFactory.create()
        outdated = figures.baseline("csat", version=99)
        chosen = figures.baseline("csat")
        figures.baseline("csat", window_from=date(2025, 8, 1), chosen_after_go_live=True)
        targets = [
            KpiTarget.objects.create(kpi="csat", value=Decimal(value), due_on=GO_LIVE, owner=owner)
            for value in ("0.7", "0.8")
        ]

        assert next(each for each in find_subjects() if each.kpi is CSAT) == Subject(
            CSAT, COMPANY, chosen, outdated, targets[1]
        )


@pytest.mark.django_db
class TestFrozen:
    def test_an_empty_one(self) -> None:
        found = read_frozen(CSAT, baseline())

        assert found.sample == Sample(Window(date(2026, 1, 10), date(2026, 6, 30)), (), 172, 0.0)
        assert (found.months, found.go_live) == ((), GO_LIVE)
        assert (found.chosen_after_go_live, found.source_changed) == (False, False)

    def test_its_days_as_numbers(self) -> None:
        days = [
            {"period": "2026-01-10", "numerator": "3.5", "denominator": "4", "n": 5},
            {"period": "2026-01-11", "numerator": None, "denominator": None, "n": "6"},
            {"period": "2026-01-12", "numerator": 0, "denominator": 0, "n": 0},
        ]

        assert read_frozen(CSAT, baseline(days=days, chosen_after_go_live=True)).sample.days == (
            DayFigure(date(2026, 1, 10), 3.5, 4.0, 5),
            DayFigure(date(2026, 1, 11), 0.0, None, 6),
            DayFigure(date(2026, 1, 12), 0.0, 0.0, 0),
        )

    def test_its_months_with_the_days_the_window_holds(self) -> None:
        months = [
            {"period": "2026-01", "numerator": "3", "denominator": "4", "n": 4},
            {"period": "2026-02", "numerator": "0", "denominator": "0", "n": 0},
            {"period": "2026-06", "numerator": None, "denominator": None, "n": 0},
        ]
        found = read_frozen(CSAT, baseline(series=months, window_to=date(2026, 6, 3), chosen_after_go_live=True))

        assert found.chosen_after_go_live
        assert found.months == (
            MonthFigure(date(2026, 1, 1), 22, 0.75, 4),
            MonthFigure(date(2026, 2, 1), 28, None, 0),
            MonthFigure(date(2026, 6, 1), 3, None, 0),
        )

    @pytest.mark.parametrize(
        ("kpi", "components", "ends"),
        [
            (NPS, {"nps_promoters": 5, "nps_detractors": 3, "nps_answers": 10}, 0.8),
            (NPS, {"nps_promoters": 5, "nps_answers": "10"}, 0.5),
            (NPS, {}, 0.0),
            (NPS, {"nps_promoters": 5, "nps_answers": 0}, 0.0),
            (CSAT, {"csat_satisfied": 5, "csat_answers": 10}, 0.0),
        ],
    )
    def test_the_ends_of_a_score(self, kpi: Any, components: dict[str, Any], ends: float) -> None:
        assert read_frozen(kpi, baseline(components=components)).sample.ends == ends


@pytest.mark.django_db
class TestFigures:
    LAST = date(2026, 8, 31)

    def read(self, subject: Subject, *changes: OtherChange, last: date = LAST) -> Any:
        (found,) = read_figures([subject], last=last, changes=changes)
        return found

    def test_of_nobody_are_none(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            assert read_figures([], last=self.LAST, changes=[]) == []

    def test_without_a_baseline_are_those_of_the_last_quarter(self) -> None:
        first = date(2026, 6, 2)
        for day in (first - timedelta(days=1), first, self.LAST, self.LAST + timedelta(days=1)):
            figures.rollup(ORDERS.source, day, orders=3)

        found = self.read(Subject(ORDERS, COMPANY, None, None, None))

        days = (DayFigure(first, 3.0, None, 3), DayFigure(self.LAST, 3.0, None, 3))
        assert found.current == Sample(Window(first, self.LAST), days, 91, 0.0)
        assert (found.frozen, found.other_changes, found.as_of) == (None, (), self.LAST)
        assert (found.shape, found.unit, found.higher_is_better) == (Shape.SUM, "count", True)
        assert (found.settled_days, found.outdated_version) == (0, None)

    def test_with_a_baseline_are_those_since_go_live(self) -> None:
        for day in (date(2026, 6, 30), GO_LIVE, self.LAST):
            figures.rollup(NPS.source, day, nps_promoters=3, nps_detractors=1, nps_answers=5)

        found = self.read(Subject(NPS, COMPANY, baseline("nps"), baseline("nps", version=99), None))

        days = (DayFigure(GO_LIVE, 2.0, 5.0, 5), DayFigure(self.LAST, 2.0, 5.0, 5))
        assert found.current == Sample(Window(GO_LIVE, self.LAST), days, 62, 0.8)
        assert (found.frozen.go_live, found.outdated_version) == (GO_LIVE, 99)

    def test_before_go_live_there_are_none(self) -> None:
        found = self.read(Subject(CSAT, COMPANY, baseline(), None, None), change(), last=date(2026, 6, 30))

        assert (found.current, found.other_changes) == (None, ())

    def test_leave_out_the_days_that_may_still_change(self) -> None:
        found = self.read(Subject(get_kpi("fcr"), COMPANY, None, None, None))

        assert (found.current.span.last, found.settled_days, found.as_of) == (date(2026, 8, 10), 21, self.LAST)

    def test_of_a_ledger_are_whole_months_after_go_live_that_were_delivered(self) -> None:
        for month in (6, 7, 8, 9):
            figures.rollup(PROFIT.source, date(2026, month, 1), months=1, ledger_revenue=10_000 * month)
        late = baseline("profit", go_live_on=date(2026, 6, 15), window_to=date(2026, 6, 14))

        found = self.read(Subject(PROFIT, COMPANY, late, None, None), last=date(2026, 9, 20))

        assert found.current.span == Window(date(2026, 7, 1), date(2026, 8, 31))
        assert [each.day for each in found.current.days] == [date(2026, 7, 1), date(2026, 8, 1)]
        assert found.current.whole_days == 62

    def test_of_a_scope_and_window_take_one_query(self, django_assert_num_queries: Any) -> None:
        subjects = [Subject(kpi, COMPANY, None, None, None) for kpi in (CSAT, NPS, ASA, ORDERS)]
        with django_assert_num_queries(1):
            read_figures(subjects, last=self.LAST, changes=[])
        with django_assert_num_queries(2):
            read_figures(
                [*subjects, Subject(CSAT, Scope(channel="phone"), None, None, None)], last=self.LAST, changes=[]
            )


def change(happened_from: date = GO_LIVE, **fields: Any) -> OtherChange:
    """One that lasts, from go-live on; not stored."""
    return OtherChange(what="Prices rose.", happened_from=happened_from, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("other", "counts"),
    [
        pytest.param(change(), True, id="lasting"),
        pytest.param(change(date(2026, 1, 10)), False, id="lasting, since the baseline began"),
        pytest.param(change(date(2026, 1, 11)), True, id="lasting, since the day after"),
        pytest.param(change(date(2026, 8, 31)), True, id="lasting, since the last day"),
        pytest.param(change(date(2026, 9, 1)), False, id="lasting, since later"),
        pytest.param(change(date(2026, 5, 1), happened_to=date(2026, 6, 3)), True, id="passing, to four weeks before"),
        pytest.param(change(date(2026, 5, 1), happened_to=date(2026, 6, 2)), False, id="passing, over sooner"),
        pytest.param(change(date(2026, 7, 29), happened_to=date(2026, 8, 9)), True, id="passing, four weeks after"),
        pytest.param(change(date(2026, 7, 30), happened_to=date(2026, 8, 9)), False, id="passing, later"),
        pytest.param(change(kpis=["nps", "csat"]), True, id="of this KPI too"),
        pytest.param(change(kpis=["nps"]), False, id="of another KPI"),
        pytest.param(change(team_id=3), True, id="of the team"),
        pytest.param(change(team_id=4), False, id="of another team"),
        pytest.param(change(channel="phone"), True, id="in a part of the team"),
    ],
)
def test_other_changes_that_may_explain_it(other: OtherChange, counts: bool) -> None:
    subject = Subject(CSAT, Scope(team_id=3), baseline(), None, None)

    (found,) = read_figures([subject], last=date(2026, 8, 31), changes=[other])

    assert found.other_changes == (("Prices rose.",) if counts else ())


@pytest.mark.django_db
def test_without_a_baseline_nothing_is_to_be_explained() -> None:
    (found,) = read_figures([Subject(CSAT, COMPANY, None, None, None)], last=date(2026, 8, 31), changes=[change()])

    assert found.other_changes == ()
