"""The KPI of the hygiene, from customers to the figure."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.common.days import today
from customers.identity.hygiene.fields import POINTS
from customers.identity.hygiene.following import refresh_hygiene
from customers.models import Customer, HygieneDay, Tier
from metrics.engine.changing_rules import change_rules
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL, WEIGHTS
from metrics.engine.scope import Scope
from metrics.engine.series import Point, points
from metrics.kpis import get_kpi
from metrics.kpis.hygiene import weight_of
from tests.conftest import NOON
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.metrics.truth import all_by_day, shown_by_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def figures(**options: Any) -> list[tuple[str, Any, Any, int]]:
    found = points(kpi=get_kpi("hygiene"), first=None, last=None, by="day", **options)
    return [(point.period, point.numerator, point.denominator, point.n) for point in found]


def total() -> Point:
    (found,) = points(kpi=get_kpi("hygiene"), first=None, last=None)
    return found


def follow() -> None:
    refresh_hygiene()
    recompute()


def test_every_point_has_a_weight() -> None:
    rules = {rule.key for rule in WEIGHTS}
    assert {weight_of(point) for point in POINTS} | {"hygiene_fresh"} == rules


def test_exactly_of_one_customer() -> None:
    """A firm with a name and a country: complete (3 + 3 of 31), both valid (6), nobody's double (5), fresh (5)."""
    CustomerFactory.create()
    follow()
    assert figures() == [("2026-11-15", 6 + 6 + 5 + 5, 31 + 6 + 5 + 5, 1)]


def test_by_team_tier_and_source() -> None:
    team, erp = TeamFactory.create(), SourceSystemFactory.create()
    gold = Tier.objects.get(key="gold")
    clean = CustomerFactory.create(team=team, tier=gold, city="Berlin")
    SourceRecordFactory.create(customer=clean, system=erp)
    CustomerFactory.create()
    follow()
    with_city = ("2026-11-15", 22 + 6, 47 + 3, 1)
    assert figures(scope=Scope(team_id=team.pk)) == figures(scope=Scope(tier_id=gold.pk)) == [with_city]
    assert figures(extra={"source": str(erp.pk)}) == [with_city]
    assert figures(extra={"source": "0"}) == [("2026-11-15", 22, 47, 1)]
    assert figures() == [("2026-11-15", 50, 97, 2)]


def test_a_day_that_is_over_is_computed_again_as_it_was() -> None:
    CustomerFactory.create()
    follow()
    HygieneDay.objects.update(day=today() - timedelta(days=1))
    Customer.objects.update(city="Berlin", created_at=NOON - timedelta(days=800))
    follow()
    before = figures()
    assert before == [("2026-11-14", 22, 47, 1), ("2026-11-15", 23, 50, 1)]
    recompute(full=True)
    assert figures() == before
    assert shown_by_day() == all_by_day(now=NOON)
    assert total().value == Decimal(45) / Decimal(97)


def test_other_weights_are_another_version_and_computed_for_the_past() -> None:
    CustomerFactory.create()
    follow()
    version = get_kpi("hygiene").version
    other = get_kpi("csat").version
    change_rules(values={**USUAL, "hygiene_email": 0}, reason="We write letters.", by=None)
    recompute()
    assert figures() == [("2026-11-15", 22, 42, 1)]
    assert (get_kpi("hygiene").version != version, get_kpi("csat").version) == (True, other)
    assert shown_by_day() == all_by_day(now=NOON)


@pytest.mark.parametrize(("months", "is_fresh"), [(12, True), (7, True), (6, False)])
def test_how_long_a_customer_is_fresh_is_a_rule_for_the_past_too(months: int, is_fresh: bool) -> None:
    CustomerFactory.create()
    Customer.objects.update(created_at=NOON.replace(month=5))
    follow()
    assert figures() == [("2026-11-15", 22, 47, 1)]
    if months != 12:
        change_rules(values={**USUAL, "hygiene_fresh_months": months}, reason="so", by=None)
        recompute()
    assert figures() == [("2026-11-15", 22 if is_fresh else 17, 47, 1)]
