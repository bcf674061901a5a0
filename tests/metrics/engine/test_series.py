from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.engine.recomputing import recompute
from metrics.engine.scope import Scope
from metrics.engine.series import Point, UnknownPeriod, points, quantiles, series, value_of
from metrics.kpis import CATALOGUE, get_kpi
from tests.beginnings import MadeOnce
from tests.factories.accounts import TeamFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import OrderFactory

ASA = get_kpi("asa")


def call(day: str, wait_s: float, **fields: Any) -> None:
    at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    CallFactory.create(entered_at=at, waited_ms=int(wait_s * 1000), **fields)


def read(by: str, first: str | None = None, last: str | None = None, **scope: Any) -> list[Point]:
    def as_day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return points(kpi=ASA, first=as_day(first), last=as_day(last), by=by, scope=Scope(**scope))


@pytest.fixture(scope="class")
def calls(made_once_for_the_class: MadeOnce) -> None:
    made_once_for_the_class(a_quarter)


def a_quarter() -> None:
    call("2026-01-01", 10)
    call("2026-01-01", 20, tier_id=2)
    call("2026-01-05", 5, team=TeamFactory.create(key="north"))
    call("2026-03-31", 7)
    recompute()


@pytest.mark.django_db
@pytest.mark.usefixtures("calls")
class TestPoints:
    def test_by_day_gives_days_with_data(self) -> None:
        assert [(p.period, p.numerator, p.denominator, p.value, p.n) for p in read("day")] == [
            ("2026-01-01", 30, 2, 15, 2),
            ("2026-01-05", 5, 1, 5, 1),
            ("2026-03-31", 7, 1, 7, 1),
        ]

    def test_by_month_has_no_gaps(self) -> None:
        found = read("month")
        assert [(p.period, p.value, p.n) for p in found] == [
            ("2026-01", Decimal(35) / 3, 3),
            ("2026-02", None, 0),
            ("2026-03", 7, 1),
        ]
        assert (found[1].numerator, found[1].denominator, found[1].components) == (None, None, {})
        assert (found[0].first, found[0].last) == (date(2026, 1, 1), date(2026, 1, 31))

    def test_by_week_follows_iso_8601(self) -> None:
        found = read("week", "2025-12-30", "2026-01-08")
        assert [(p.period, p.first, p.last, p.n) for p in found] == [
            ("2026-W01", date(2025, 12, 30), date(2026, 1, 4), 2),
            ("2026-W02", date(2026, 1, 5), date(2026, 1, 8), 1),
        ]

    def test_total_is_one_point_of_the_window(self) -> None:
        (total,) = read("total", "2026-01-02", "2026-12-31")
        assert (total.period, total.first, total.last) == ("total", date(2026, 1, 2), date(2026, 12, 31))
        assert (total.value, total.components) == (6, {"answered": 2, "wait_answered": 12_000})

    def test_total_without_data_is_null(self) -> None:
        (total,) = read("total", "2027-01-01", "2027-12-31")
        assert (total.value, total.numerator, total.denominator, total.n) == (None, None, None, 0)

    def test_scopes(self) -> None:
        (north,) = read("total", team_id=TeamFactory.create(key="north").pk)
        (tier,) = read("total", tier_id=2)
        (phone,) = read("total", channel="phone")
        (email,) = read("total", channel="email")
        assert (north.value, tier.value, phone.n, email.value) == (5, 20, 4, None)

    def test_refuses_other_periods(self) -> None:
        with pytest.raises(UnknownPeriod):
            read("year")

    def test_rollups_of_another_version_are_not_read(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE metrics_rollup SET version = 2")
        assert read("total")[0].n == 0


@pytest.mark.django_db
def test_periods_add_up_and_money_is_exact() -> None:
    for day in ("2026-01-31", "2026-02-01", "2026-02-02"):
        at = datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=UTC)
        OrderFactory.create(placed_at=at, lines=[("3", "0.3333", None)])
    recompute()
    kpi = get_kpi("revenue")
    by_period = {by: points(kpi=kpi, first=None, last=None, by=by) for by in ("day", "week", "month", "total")}
    assert {by: sum(p.numerator or 0 for p in found) for by, found in by_period.items()} == dict.fromkeys(
        by_period, Decimal("2.9997")
    )
    assert [(p.period, p.value, p.n) for p in by_period["month"]] == [
        ("2026-01", Decimal("0.9999"), 1),
        ("2026-02", Decimal("1.9998"), 2),
    ]


@pytest.mark.django_db
def test_several_kpis_take_one_query() -> None:
    call("2026-01-01", 10)
    SurveyAnswerFactory.create(survey="csat", score=5, answered_at=datetime(2026, 1, 2, tzinfo=UTC))
    recompute()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = series(kpis=list(CATALOGUE.values()), first=date(2026, 1, 1), last=date(2026, 1, 31))
    assert len(queries) == 1
    assert {key: figures[0].value for key, figures in found.items() if figures[0].n} == {
        "csat": 1, "service_level": 1, "service_level_strict": 1, "asa": 10, "queue_time": 10, "abandon_rate": 0,
        "reject_rate": 0,
    }  # fmt: skip


@pytest.mark.django_db
class TestQuantiles:
    def test_within_one_per_cent(self) -> None:
        for wait in range(1, 101):
            call("2026-01-01", wait)
        call("2026-01-01", 999, outcome="rejected")
        recompute()
        found = quantiles(kpi=ASA, shares=(0.5, 0.9, 1))
        assert [
            value is not None and abs(float(value) / exact - 1) < 0.01
            for value, exact in zip(found, (50, 90, 100), strict=True)
        ] == [True, True, True]

    def test_of_talk_times(self) -> None:
        call("2026-01-01", 1, talk_ms=300_000)
        call("2026-01-01", 1)
        recompute()
        (median,) = quantiles(kpi=get_kpi("aht"), shares=(0.5,))
        assert median is not None
        assert abs(float(median) / 300 - 1) < 0.01

    def test_without_data(self) -> None:
        assert quantiles(kpi=ASA) == [None, None]

    @pytest.mark.slow
    def test_large_cells_are_added_up(self) -> None:
        for _ in range(300):
            call("2026-01-01", 30, talk_ms=60_000)
        recompute()
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(histogram) FROM metrics_rollup WHERE source = 1")
            assert cursor.fetchone() == (2,)
        (median,) = quantiles(kpi=ASA, shares=(0.5,))
        assert median is not None
        assert abs(float(median) / 30 - 1) < 0.01


@pytest.mark.parametrize(
    ("key", "numerator", "denominator", "n", "value"),
    [
        ("asa", "30", "2", 2, "15"),
        ("nps", "3", "12", 12, "25"),
        ("asa", "0", "2", 2, "0"),
        ("asa", "30", "0", 0, None),
        ("asa", "30", None, 0, None),
        ("orders", "7", None, 7, "7"),
        ("orders", "0", None, 0, None),
        ("orders", "0", None, 3, "0"),
        ("orders", None, None, 0, None),
    ],
)
def test_a_figure_from_its_sums(key: str, numerator: str | None, denominator: str | None, n: int, value: Any) -> None:
    sums = {
        name: None if each is None else Decimal(each)
        for name, each in (("numerator", numerator), ("denominator", denominator))
    }

    assert value_of(get_kpi(key), **sums, n=n) == (None if value is None else Decimal(value))
