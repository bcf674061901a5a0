from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access import OPERATOR
from metrics.engine.scope import COMPANY, Scope
from metrics.kpis import get_kpi
from metrics.models import KpiTarget
from metrics.verdicts.standing import (
    Goals,
    find_evaluation,
    goals_of,
    is_outdated,
    newest_evaluations,
    outdated_notes,
    to_be_judged_anew,
    version_judged,
)
from tests.factories.accounts import TeamFactory, UserFactory
from tests.metrics import figures

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)


def test_the_newest_verdict_of_the_scope_stands() -> None:
    team = TeamFactory.create()
    july, june, may = (figures.evaluation("csat", "improved", as_of=day) for day in (JULY, JUNE, MAY))
    nps = figures.evaluation("nps", "improved", as_of=JUNE)
    teams = figures.evaluation("csat", "improved", as_of=MAY, team=team)

    assert [find_evaluation(OPERATOR, "csat", scope) for scope in (COMPANY, Scope(team_id=team.pk))] == [july, teams]
    assert find_evaluation(OPERATOR, "csat", Scope(channel="phone")) is None
    assert newest_evaluations(OPERATOR, COMPANY) == {"csat": july, "nps": nps}
    july.delete()
    assert find_evaluation(OPERATOR, "csat", COMPANY) == newest_evaluations(OPERATOR, COMPANY)["csat"] == june
    june.delete()
    assert find_evaluation(OPERATOR, "csat", COMPANY) == may


def test_who_sees_no_figures_sees_no_verdict() -> None:
    figures.evaluation("csat", "improved", as_of=MAY)

    assert find_evaluation(AnonymousUser(), "csat", COMPANY) is None
    assert newest_evaluations(AnonymousUser(), COMPANY) == {}


def test_goals_are_the_first_of_the_scope_and_of_the_present_definition() -> None:
    team, owner = TeamFactory.create(), UserFactory.create()
    scope = Scope(team_id=team.pk)
    old = figures.baseline("csat", team=team, version=99)
    companys, first, second = (
        figures.baseline("csat", window_from=date(2025, 6, day), **fields)
        for day, fields in ((1, {}), (2, {"team": team}), (3, {"team": team}))
    )
    targets = [
        KpiTarget.objects.create(kpi="csat", value=Decimal(value), due_on=JULY, owner=owner, team=whose)
        for value, whose in (("0.7", None), ("0.8", team), ("0.9", team))
    ]
    evaluation = figures.evaluation("csat", "improved", as_of=MAY, team=team)

    found = goals_of(scope, evaluation=evaluation, baselines=[old, companys, first, second], targets=targets)

    assert found == Goals(evaluation=evaluation, baseline=first, target=targets[1])
    assert goals_of(scope, evaluation=None, baselines=[old, companys], targets=targets[:1]) == Goals()


def test_a_verdict_of_another_version_is_outdated_and_one_that_does_not_tell_is_not() -> None:
    kpi = get_kpi("csat")

    for version, outdated in ((kpi.version, False), (kpi.version + 1, True), (kpi.version - 1, True)):
        assert version_judged(kpi, {"version": version}) == version
        assert is_outdated(kpi, {"version": version}) is outdated
    assert version_judged(kpi, {}) == kpi.version
    assert is_outdated(kpi, {}) is False


def test_what_is_said_of_verdicts_by_rules_of_before_names_each_kpi_once() -> None:
    csat, nps = get_kpi("csat"), get_kpi("nps")

    assert outdated_notes([]) == []
    assert outdated_notes([nps, csat, nps]) == [
        f"Judged by rules that have changed since: {nps.name}, {csat.name}. The next evaluation goes by the new ones."
    ]
    assert to_be_judged_anew() == (
        "The rules of this KPI have changed. The next evaluation, in a few minutes, judges by the new ones."
    )
