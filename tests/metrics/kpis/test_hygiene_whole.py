"""The KPI of the hygiene behaves like any other: baseline, target, verdict, export, permission, language."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Team
from crm.common.days import days_between
from customers.identity.hygiene.fields import POINTS
from customers.models import HygieneDay
from metrics.engine.changing_rules import change_rules
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL
from metrics.engine.scope import COMPANY, Scope
from metrics.goals import baselines
from metrics.goals.targets import set_target
from metrics.kpis import get_kpi
from metrics.verdicts.evaluating import evaluate
from metrics.verdicts.standing import find_evaluation
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import TeamFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
FIRST, GO_LIVE, LAST = date(2025, 7, 1), date(2026, 7, 1), date(2026, 10, 31)


def keep_days(*teams: Team) -> None:
    """Of a thousand customers a team six in ten are clean before go-live, a bit more and less by month; then eight."""
    ages = [1000] + [0] * (HygieneDay.AGES - 1)
    HygieneDay.objects.bulk_create(
        HygieneDay(
            day=day, team_id=team.pk, customers=1000, points=[1000] * len(POINTS), ages=ages,
            clean_points=[(600 if day < GO_LIVE else 800) + day.month % 4] * len(POINTS),
        )
        for day in days_between(FIRST, LAST) for team in teams
    )  # fmt: skip
    recompute(full=True)


def test_from_the_baseline_to_the_verdict(user_for: UserFor, client_for: ClientFor) -> None:
    north, south = TeamFactory.create(name="North"), TeamFactory.create(name="South")
    keep_days(north, south)
    kpi, by = get_kpi("hygiene"), user_for("manager")
    window = {"first": FIRST, "last": date(2026, 6, 30), "go_live_on": GO_LIVE, "today": date(2026, 6, 30)}
    for scope in (COMPANY, Scope(team_id=north.pk)):
        baselines.freeze(kpi=kpi, by=by, scope=scope, **window)
        set_target(kpi=kpi, value=Decimal("0.9"), due_on=date(2027, 6, 30), owner=by, by=by, scope=scope)
    evaluate(as_of=LAST)
    for scope in (COMPANY, Scope(team_id=north.pk)):
        found = find_evaluation(by, "hygiene", scope)
        assert found is not None
        assert found.verdict == "improved"

    client = client_for("manager")
    text = client.get("/kpis/hygiene/", {"team": north.pk}).content.decode()
    assert f'href="/customers/hygiene/?team={north.pk}"' in text
    client.cookies["django_language"] = "zh-hans"
    assert "数据卫生" in client.get("/kpis/hygiene/").content.decode()
    series = client.get("/kpis/hygiene/series.csv", {"first": "2026-10-01", "last": "2026-10-31", "by": "month"})
    assert b"2026-10" in b"".join(series)  # type: ignore[call-overload]
    assert client_for("sales").get("/kpis/hygiene/").status_code == 403

    change_rules(values={**USUAL, "hygiene_city": 9}, reason="so", by=None)
    recompute()
    evaluate(as_of=LAST)
    after = find_evaluation(by, "hygiene", COMPANY)
    assert after is None or after.verdict != "improved"  # the baseline was frozen by other weights
