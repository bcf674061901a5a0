from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from metrics.kpis import get_kpi
from metrics.models import Benefit, CostEntry, Evaluation, KpiTarget
from metrics.pages.home import ReadOut, changes, find_read_out, missed
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.metrics import figures
from tests.metrics.pages.test_dashboard import card

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 15)
URL = "/today/steering/"


def judged(kpi: str, as_of: date, verdict: str, *, read_out: bool = False, **more: Any) -> Evaluation:
    details = {"read_out": read_out, "version": get_kpi(kpi).version}
    return Evaluation.objects.create(kpi=kpi, as_of=as_of, verdict=verdict, details=details, **more)


def target(kpi: str, value: int, due_on: date) -> KpiTarget:
    return KpiTarget(kpi=kpi, value=Decimal(value), due_on=due_on)


def test_the_read_out_is_the_newest_end_of_a_month_before_the_day_of_the_company(user_for: UserFor) -> None:
    manager = user_for("manager")
    judged("csat", date(2026, 9, 30), "worse", read_out=True)
    judged("csat", date(2026, 10, 31), "no_evidence", read_out=True)
    judged("asa", date(2026, 10, 31), "improved", read_out=True)
    judged("fcr", date(2026, 10, 31), "worse", read_out=True, team=TeamFactory.create())
    judged("csat", TODAY, "improved")
    assert find_read_out(manager, before=TODAY) == ReadOut(
        day=date(2026, 10, 31), verdicts={"csat": "no_evidence", "asa": "improved"}
    )
    found = find_read_out(manager, before=date(2026, 10, 31))
    assert found is not None
    assert found.day == date(2026, 9, 30)
    assert find_read_out(manager, before=date(2026, 9, 30)) is None
    assert find_read_out(user_for("sales"), before=TODAY) is None


def test_a_change_is_a_verdict_that_was_another_at_the_read_out() -> None:
    cards = [card(kpi=get_kpi("csat"), verdict="improved"), card(kpi=get_kpi("asa"), verdict="worse")]
    read_out = ReadOut(day=TODAY, verdicts={"csat": "no_evidence", "asa": "worse", "fcr": "improved"})
    assert [(one.card.kpi.key, one.before, one.card.verdict) for one in changes(cards, read_out)] == [
        ("csat", "no_evidence", "improved")
    ]
    assert list(changes(cards, None)) == []


def test_a_target_is_missed_once_it_is_due_and_not_reached() -> None:
    csat, now = get_kpi("csat"), Decimal("0.7")
    cards = [
        card(kpi=csat, now=now, target=target("csat", 1, TODAY)),
        card(kpi=csat, now=now, target=target("csat", 1, date(2026, 11, 16))),
        card(kpi=csat, now=now, target=target("csat", 0, TODAY)),
        card(kpi=csat, now=None, target=target("csat", 1, TODAY)),
        card(kpi=csat, now=now, target=None),
    ]
    assert missed(cards, today=TODAY) == cards[:1]


@time_machine.travel(datetime(2026, 11, 15, 12, tzinfo=UTC), tick=False)
def test_the_card_says_what_changed_what_was_missed_and_what_it_returns(
    client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, ann = client_for("manager"), UserFactory.create()
    for as_of, verdict in ((date(2026, 10, 31), "no_evidence"), (date(2026, 11, 14), "improved")):
        judged("csat", as_of, verdict, read_out=as_of.month == 10, current_value=Decimal("0.7"), n_current=90)
    KpiTarget.objects.create(kpi="csat", value=Decimal("0.9"), due_on=date(2026, 11, 1), owner=ann)
    CostEntry.objects.create(date=date(2026, 1, 1), category="licence", currency="EUR", actual=1000)
    Benefit.objects.create(name="Less paper", hardness="hard", amounts=[{"year": 1, "amount": "5000"}])
    with django_assert_num_queries(11):
        page = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    words = " ".join(page.split())
    assert "Changed since the read-out of" in words
    assert 'data-verdict="no_evidence"' in words
    assert 'data-verdict="improved"' in words
    assert "70.0% instead of 90.0%, due" in words
    assert "Return on investment:" in words
    assert User.objects.filter(pk=ann.pk).exists()
    figures.finished_run()
    client.get("/dashboard/")
    with django_assert_num_queries(10):  # the months are those of the dashboard
        client.get(URL, headers={"HX-Request": "true"})


def test_the_card_without_figures_says_what_to_do(client_for: ClientFor) -> None:
    page = client_for("manager").get(URL, headers={"HX-Request": "true"}).content.decode()
    assert "No figures yet: import what the departments have" in page
    assert "Return on investment" not in page
