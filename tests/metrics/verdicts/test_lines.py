from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from metrics.kpis import CATALOGUE, get_kpi
from metrics.models import KpiTarget
from metrics.verdicts.evaluating import evaluate
from metrics.verdicts.lines import newest_verdict_day, verdict_rows
from tests.factories import TeamFactory, UserFactory
from tests.metrics.verdicts.test_evaluating import AS_OF, GO_LIVE, freeze, roll_up, satisfied

pytestmark = pytest.mark.django_db


def test_rows_come_in_the_catalogues_order_the_whole_before_its_parts() -> None:
    team = TeamFactory.create(key="north")
    freeze(get_kpi("csat"), satisfied(35), team=team)
    evaluate(as_of=AS_OF)

    rows = verdict_rows(as_of=AS_OF)

    main = [key for key, kpi in CATALOGUE.items() if not kpi.variant_of]
    assert [row.kpi.key for row in rows if not row.team] == main
    assert [(row.kpi.key, row.team) for row in rows].index(("csat", "north")) == main.index("csat") + 1


@pytest.mark.parametrize(("target", "met"), [("0.80", True), ("0.81", False)])
def test_a_target_is_met_in_the_kpis_direction(target: str, met: bool) -> None:
    roll_up(get_kpi("csat"), lambda _day: {"csat_answers": 10, "csat_satisfied": 8}, first=GO_LIVE, last=AS_OF)
    KpiTarget.objects.create(kpi="csat", value=Decimal(target), due_on=AS_OF, owner=UserFactory.create())
    evaluate(as_of=AS_OF)

    [row] = [each for each in verdict_rows(as_of=AS_OF) if each.kpi.key == "csat"]

    assert (row.target_met, row.current) == (met, Decimal("0.8"))


def test_without_a_present_figure_no_target_is_met_or_missed() -> None:
    KpiTarget.objects.create(kpi="aht", value=Decimal(300), due_on=AS_OF, owner=UserFactory.create())
    evaluate(as_of=AS_OF)

    [row] = [each for each in verdict_rows(as_of=AS_OF) if each.kpi.key == "aht"]

    assert (row.target_met, row.current, row.frozen) == (None, None, None)


def test_a_sum_is_an_average_month_throughout() -> None:
    kpi = get_kpi("orders")
    freeze(kpi, lambda _day: {"orders": 4, "not_cancelled": 4})
    roll_up(kpi, lambda _day: {"orders": 5, "not_cancelled": 5}, first=GO_LIVE, last=AS_OF)
    evaluate(as_of=AS_OF)

    [row] = [each for each in verdict_rows(as_of=AS_OF) if each.kpi.key == "orders"]

    assert (row.frozen, row.baseline, row.current) == (Decimal("121.75"), Decimal("121.75"), Decimal("152.1875"))
    assert (row.change, row.change_kind, row.verdict) == (1.25, "ratio", "no_evidence")


def test_the_newest_day_up_to_a_day() -> None:
    assert newest_verdict_day(on_or_before=AS_OF) is None

    evaluate(as_of=AS_OF)

    assert newest_verdict_day(on_or_before=AS_OF + timedelta(days=9)) == AS_OF
    assert newest_verdict_day(on_or_before=AS_OF - timedelta(days=1)) is None


def test_one_query_whatever_the_rows(django_assert_num_queries: Any) -> None:
    freeze(get_kpi("csat"), satisfied(35), team=TeamFactory.create())
    evaluate(as_of=AS_OF)

    with django_assert_num_queries(1):
        verdict_rows(as_of=AS_OF)
