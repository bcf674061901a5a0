from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.access import OPERATOR
from customers.models import Tier
from metrics.kpis import CATALOGUE, get_kpi
from metrics.models import KpiTarget
from metrics.verdicts.evaluating import evaluate
from metrics.verdicts.lines import read_outs, scorecard_lines
from tests.factories.accounts import TeamFactory, UserFactory
from tests.metrics.verdicts.test_evaluating import AS_OF, GO_LIVE, freeze, roll_up, satisfied

pytestmark = pytest.mark.django_db


def test_rows_come_in_the_catalogues_order_the_whole_before_its_parts() -> None:
    team = TeamFactory.create(key="north")
    freeze(get_kpi("csat"), satisfied(35), team=team)
    evaluate(as_of=AS_OF)

    rows = scorecard_lines(OPERATOR, as_of=AS_OF)

    main = [key for key, kpi in CATALOGUE.items() if not kpi.variant_of]
    assert [row.kpi.key for row in rows if not row.team] == main
    assert [(row.kpi.key, row.team) for row in rows].index(("csat", "north")) == main.index("csat") + 1


@pytest.mark.parametrize(("target", "met"), [("0.80", True), ("0.81", False)])
def test_a_target_is_met_in_the_kpis_direction(target: str, met: bool) -> None:
    roll_up(get_kpi("csat"), lambda _day: {"csat_answers": 10, "csat_satisfied": 8}, first=GO_LIVE, last=AS_OF)
    KpiTarget.objects.create(kpi="csat", value=Decimal(target), due_on=AS_OF, owner=UserFactory.create())
    evaluate(as_of=AS_OF)

    [row] = [each for each in scorecard_lines(OPERATOR, as_of=AS_OF) if each.kpi.key == "csat"]

    assert (row.target_met, row.current) == (met, Decimal("0.8"))


def test_without_a_present_figure_no_target_is_met_or_missed() -> None:
    KpiTarget.objects.create(kpi="aht", value=Decimal(300), due_on=AS_OF, owner=UserFactory.create())
    evaluate(as_of=AS_OF)

    [row] = [each for each in scorecard_lines(OPERATOR, as_of=AS_OF) if each.kpi.key == "aht"]

    assert (row.target_met, row.current, row.frozen) == (None, None, None)


def test_a_sum_is_an_average_month_throughout() -> None:
    kpi = get_kpi("orders")
    freeze(kpi, lambda _day: {"orders": 4, "not_cancelled": 4})
    roll_up(kpi, lambda _day: {"orders": 5, "not_cancelled": 5}, first=GO_LIVE, last=AS_OF)
    evaluate(as_of=AS_OF)

    [row] = [each for each in scorecard_lines(OPERATOR, as_of=AS_OF) if each.kpi.key == "orders"]

    assert (row.frozen, row.baseline, row.current) == (Decimal("121.75"), Decimal("121.75"), Decimal("152.1875"))
    assert (row.change, row.change_kind, row.verdict) == (1.25, "ratio", "no_evidence")


def test_the_days_that_were_judged_newest_first() -> None:
    assert read_outs(OPERATOR) == []

    for day in (AS_OF, AS_OF + timedelta(days=1), AS_OF - timedelta(days=1)):
        evaluate(as_of=day)

    assert read_outs(OPERATOR) == [AS_OF + timedelta(days=1), AS_OF, AS_OF - timedelta(days=1)]


def test_the_parts_of_the_company_stand_by_team_channel_and_tier() -> None:
    kpi, south, north = get_kpi("csat"), TeamFactory.create(key="south"), TeamFactory.create(key="north")
    gold, silver = Tier.objects.get(key="gold"), Tier.objects.get(key="silver")
    for scope in ({"team": south}, {"team": north, "channel": "phone"}, {"team": north, "tier": silver},
                  {"team": north, "tier": gold}, {"channel": "chat"}, {"team": north}):  # fmt: skip
        KpiTarget.objects.create(kpi=kpi.key, value=Decimal(1), due_on=AS_OF, owner=UserFactory.create(), **scope)
    evaluate(as_of=AS_OF)

    assert [line.scope for line in scorecard_lines(OPERATOR, as_of=AS_OF) if line.kpi is kpi] == [
        "whole company",
        "whole company · chat",
        "North",
        "North · Gold",
        "North · Silver",
        "North · phone",
        "South",
    ]


def test_one_query_whatever_the_rows(django_assert_num_queries: Any) -> None:
    freeze(get_kpi("csat"), satisfied(35), team=TeamFactory.create())
    evaluate(as_of=AS_OF)

    with django_assert_num_queries(1):
        scorecard_lines(OPERATOR, as_of=AS_OF)
