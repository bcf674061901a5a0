"""The months are kept for a run of the recompute, and for the versions of the figures that are shown."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.engine import known
from metrics.engine.changing_rules import change_rules
from metrics.engine.recomputing import Tally, recompute, settle
from metrics.engine.rules import USUAL
from metrics.goals.rollouts import first_go_live, teams_with_rollout
from metrics.kpis.calls import CALLS
from metrics.models import RecomputeRun, Rollout
from metrics.pages.monthly import find_standing, months_of_all
from tests.factories.accounts import TeamFactory
from tests.factories.telephony import CallFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
JANUARY = date(2026, 1, 1)
MOMENT = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def calls() -> None:
    """One answered after 10 seconds, one after 25."""
    for seconds in (10, 25):
        CallFactory.create(entered_at=datetime(2026, 1, 5, 9, tzinfo=UTC), waited_ms=seconds * 1000, outcome="answered")
    recompute()


def set_answer_within(seconds: int) -> None:
    change_rules(values={**USUAL, "answer_within_s": seconds}, reason="so", by=None)
    known.refresh()


def service_level() -> Decimal | None:
    found = months_of_all(first=JANUARY, last=date(2026, 1, 31), team_id=None, run=find_standing(at_most=1).run)
    (month,) = found["service_level"]
    return month.value


def test_what_stands_is_the_last_run_what_waits_and_the_first_go_live() -> None:
    """As `first_go_live` says of all teams; of a team that is no more nothing."""
    found = find_standing(at_most=1)
    assert (found.run is not None, found.waiting, found.first_go_live_on) == (True, 0, None)
    for is_active, day in ((False, date(2025, 1, 1)), (True, date(2026, 2, 1))):
        Rollout.objects.create(team=TeamFactory.create(is_active=is_active), went_live_on=day)
    assert (
        find_standing(at_most=1).first_go_live_on
        == first_go_live(teams_with_rollout(), team_id=None)
        == date(2026, 2, 1)
    )
    Rollout.objects.create(team=None, went_live_on=JANUARY)
    assert find_standing(at_most=1).first_go_live_on == first_go_live(teams_with_rollout(), team_id=None) == JANUARY
    RecomputeRun.objects.all().delete()
    assert find_standing(at_most=1) == (None, 0, JANUARY)


def test_the_same_question_is_read_once() -> None:
    known.refresh()
    service_level()
    with CaptureQueriesContext(connection) as done:
        service_level()
    assert [query["sql"] for query in done if "metrics_rollup " in query["sql"]] == []


def test_a_rule_that_is_changed_back_shows_its_months_without_a_run() -> None:
    set_answer_within(30)
    recompute()
    assert service_level() == 1
    set_answer_within(20)
    assert service_level() == Decimal("0.5")


def test_what_freezing_a_baseline_made_whole_is_shown_without_a_run() -> None:
    set_answer_within(30)
    assert service_level() == Decimal("0.5")
    settle([CALLS], moment=MOMENT, tally=Tally())
    known.refresh()
    assert service_level() == 1


def test_a_process_that_knows_older_rules_keeps_nothing_for_those_that_know_better() -> None:
    before = known.state()
    set_answer_within(30)
    recompute()
    with known.assumed(before):
        assert service_level() == Decimal("0.5")
    assert service_level() == 1
