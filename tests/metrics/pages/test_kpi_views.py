import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from metrics.kpis import CATALOGUE
from metrics.kpis.calls import CALLS
from metrics.kpis.catalogue import MAIN
from metrics.kpis.ledger import LEDGER
from metrics.kpis.surveys import SURVEYS
from metrics.kpis.trade import ORDERS
from metrics.models import KpiTarget, Rollout
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import TeamFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def page(client_for: ClientFor, url: str, *, status: int = 200) -> str:
    answer = client_for("manager").get(url)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_the_list_defines_every_kpi_that_is_not_a_variant(client_for: ClientFor) -> None:
    text = page(client_for, "/kpis/")

    assert [kpi.key for kpi in MAIN if f'href="/kpis/{kpi.key}/"' in text] == [kpi.key for kpi in MAIN]


@pytest.mark.parametrize("key", list(CATALOGUE))
def test_every_kpi_has_a_page_that_says_what_it_must_not_be_used_for(key: str, client_for: ClientFor) -> None:
    text = page(client_for, f"/kpis/{key}/")

    assert "Not to be used for" in text
    assert "No data in this scope and period" in text


def test_an_unknown_kpi_is_not_found(client_for: ClientFor) -> None:
    assert client_for("manager").get("/kpis/happiness/").status_code == 404
    assert client_for("manager").get("/kpis/happiness/series.csv").status_code == 404


def test_the_title_states_the_finding(client_for: ClientFor) -> None:
    figures.rollup(CALLS, date(2026, 9, 10), answered=100, answered_within=80)
    figures.baseline("service_level")
    figures.evaluation("service_level", "improved")

    text = page(client_for, "/kpis/service_level/")

    assert "Service level got better: 80.0% against 70.0% before go-live (+10.0 pp)" in text
    assert "As measured." in text


def test_the_chart_has_baseline_target_and_go_live(client_for: ClientFor, user_for: UserFor) -> None:
    team = TeamFactory.create(key="north")
    Rollout.objects.create(team=team, went_live_on=date(2026, 7, 1))
    figures.rollup(CALLS, date(2026, 9, 10), answered=100, answered_within=80)
    figures.baseline("service_level")
    KpiTarget.objects.create(
        kpi="service_level", value=Decimal("0.9"), due_on=date(2027, 1, 1), owner=user_for("manager")
    )

    answer = client_for("manager").get("/kpis/service_level/")
    chart = answer.context["series"].chart

    assert chart.baseline == Decimal("0.7")
    assert chart.target == Decimal("0.9")
    assert [(mark.at, mark.label) for mark in chart.marks] == [("2026-07", "Go-live North")]
    assert (chart.x[0], chart.x[-1], len(chart.x)) == ("2024-11", "2026-11", 25)
    value, window = chart.series
    assert value.values[-3] == Decimal("0.8")
    assert value.values[-2] is None
    assert round(value.low[-3], 4) == 0.7112  # Wilson, 80 of 100
    assert [x for x, level in zip(chart.x, window.values, strict=True) if level is not None] == chart.x[8:20]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("?by=day&first=2026-09-09&last=2026-09-11", ["2026-09-09", "2026-09-10", "2026-09-11"]),
        ("?by=week&first=2026-09-07&last=2026-09-14", ["2026-W37", "2026-W38"]),
        ("?by=month&first=2026-08-15&last=2026-09-14", ["2026-08", "2026-09"]),
    ],
)
def test_periods(query: str, labels: list[str], client_for: ClientFor) -> None:
    figures.rollup(CALLS, date(2026, 9, 10), answered=100, answered_within=80)

    series = client_for("manager").get(f"/kpis/service_level/{query}").context["series"]

    assert list(series.chart.x) == labels
    assert series.n == 100


def test_scope(client_for: ClientFor) -> None:
    team = TeamFactory.create(key="north")
    figures.rollup(CALLS, date(2026, 9, 10), answered=100, answered_within=80, channel="phone")
    figures.rollup(CALLS, date(2026, 9, 10), answered=10, answered_within=1, team=team, channel="phone")
    client = client_for("manager")

    def n(query: str) -> int:
        found: int = client.get(f"/kpis/service_level/{query}").context["series"].n
        return found

    assert n("") == 110
    assert n(f"?team={team.pk}") == 10
    assert n("?channel=phone") == 110
    assert n("?channel=email") == 0


def test_a_period_that_ends_before_it_begins_is_refused(client_for: ClientFor) -> None:
    text = page(client_for, "/kpis/service_level/?first=2026-09-10&last=2026-09-01", status=422)

    assert "The last day lies before the first." in text


@pytest.mark.parametrize("by", ["month", "week", "day"])
def test_years_beyond_the_calendar_are_refused(by: str, client_for: ClientFor) -> None:
    text = page(client_for, f"/kpis/service_level/?first=0001-01-01&last=9999-12-31&by={by}", status=422)

    assert text.count("The year lies between 1970 and 2199.") == 2


def test_the_strict_variant_stands_beside_the_service_level(client_for: ClientFor) -> None:
    figures.rollup(CALLS, date(2026, 9, 10), answered=1000, abandoned=60, answered_within=860, abandoned_within=20)

    text = page(client_for, "/kpis/service_level/")

    assert "82.7%" in text  # ICMI's worked example
    assert "Service level, strict" in text
    assert "81.1%" in text


def test_a_survey_figure_stands_with_its_n_and_interval(client_for: ClientFor) -> None:
    figures.rollup(SURVEYS, date(2026, 9, 1), nps_answers=100, nps_promoters=50, nps_detractors=20)

    series = client_for("manager").get("/kpis/nps/").context["series"]

    period = next(one for one in series.periods if one.label == "2026-09")
    assert (period.value, period.n) == (Decimal(30), 100)
    assert period.low is not None
    assert round(period.low, 1) == 14.1  # adjusted Wald: 50.75 promoters and 20.75 detractors of 103


def test_a_sums_baseline_is_scaled_to_the_period(client_for: ClientFor) -> None:
    figures.rollup(LEDGER, date(2026, 9, 1), months=1, ledger_revenue=10_000_0000)
    figures.baseline(
        "profit", value="365.25", numerator=Decimal("365.25"), denominator=None, window_to=date(2026, 6, 30)
    )
    client = client_for("manager")

    by_month = client.get("/kpis/profit/").context["series"].chart
    by_week = client.get("/kpis/profit/?by=week&first=2026-09-01&last=2026-09-30").context["series"].chart

    assert round(by_month.baseline, 2) == round(Decimal("365.25") / 365 * Decimal("365.25") / 12, 2)
    assert round(by_week.baseline, 2) == round(Decimal("365.25") / 365 * 7, 2)


def test_a_month_that_is_running_is_in_the_table_but_not_drawn_as_a_fall(client_for: ClientFor) -> None:
    figures.rollup(ORDERS, date(2026, 10, 10), orders=100)
    figures.rollup(ORDERS, date(2026, 11, 2), orders=3)

    answer = client_for("manager").get("/kpis/orders/?first=2026-10-01&last=2026-11-10")

    series = answer.context["series"]
    assert [(one.label, one.value, one.is_part) for one in series.periods] == [
        ("2026-10", 100, False),
        ("2026-11", 3, True),
    ]
    assert list(series.chart.series[0].values) == [100, None]
    assert "in part" in answer.content.decode()


def test_the_baseline_shown_is_the_one_compared_with_and_says_which_part(client_for: ClientFor) -> None:
    figures.rollup(CALLS, date(2026, 9, 10), answered=100, answered_within=80)
    figures.baseline("service_level", value="0.75")
    figures.evaluation("service_level", "improved", details={"reasons": [["season", {}]]})

    answer = client_for("manager").get("/kpis/service_level/")

    assert answer.context["series"].chart.baseline == Decimal("0.7")
    assert answer.context["baseline_shown"] == (Decimal("0.7"), 1000)
    assert "the same calendar days" in answer.content.decode()
    assert "80.0% against 70.0% before go-live" in answer.content.decode()


def test_the_export_has_the_periods_of_the_page(client_for: ClientFor) -> None:
    figures.rollup(CALLS, date(2026, 9, 10), answered=100, answered_within=80)

    answer = client_for("manager").get("/kpis/service_level/series.csv?first=2026-08-01&last=2026-09-30")

    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows == [
        ["kpi", "unit", "version", "period", "numerator", "denominator", "value", "n"],
        ["service_level", "share", "1", "2026-08", "", "", "", "0"],
        ["service_level", "share", "1", "2026-09", "80", "100", "0.8", "100"],
    ]


def test_an_export_without_figures_has_its_periods_without_a_value(client_for: ClientFor) -> None:
    answer = client_for("manager").get("/kpis/service_level/series.csv?first=2026-08-01&last=2026-09-30")

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["period"], row["value"], row["n"]) for row in rows] == [("2026-08", "", "0"), ("2026-09", "", "0")]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    rows: int, client_for: ClientFor, user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owner = user_for("manager")
    for month in range(1, rows + 1):
        figures.rollup(CALLS, date(2026, month, 10), answered=100, answered_within=80)
        figures.baseline("asa", window_from=date(2025, month, 1), signed_by=owner)
        KpiTarget.objects.create(kpi="asa", value=Decimal(month), due_on=date(2027, 1, 1), owner=owner)
        Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2026, 7, 1))
    client = client_for("manager")

    with django_assert_num_queries(9):
        client.get("/kpis/asa/")


@pytest.mark.parametrize("url", ["/kpis/", "/kpis/asa/", "/kpis/asa/series.csv"])
@pytest.mark.parametrize(("role", "status"), [("sales", 403), ("service", 403), ("administrator", 200)])
def test_who_may_see_it(url: str, role: str, status: int, client_for: ClientFor) -> None:
    assert client_for(role).get(url).status_code == status
