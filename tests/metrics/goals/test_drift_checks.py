"""Baselines are held against the source data by a job, when somebody asks and at night."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection

from customers.models import Call
from metrics.engine import known
from metrics.engine.changing_rules import change_rules
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL
from metrics.engine.scope import Scope
from metrics.goals import baselines, drift_checks
from metrics.goals.asking import ask_for_check
from metrics.goals.drift import Drift, drift
from metrics.kpis import get_kpi
from metrics.models import Baseline, DriftCheck
from metrics.tasks import check_asked_drift, check_drift
from tests.conftest import ClientFor
from tests.database import another_connection
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.telephony import CallFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
WINDOW: dict[str, Any] = {
    "first": date(2026, 1, 1), "last": date(2026, 2, 28), "go_live_on": date(2026, 12, 1), "today": date(2026, 11, 15)
}  # fmt: skip


@pytest.fixture
def baseline() -> Baseline:
    CallFactory.create(entered_at=datetime(2026, 1, 5, 12, tzinfo=UTC), waited_ms=10_000)
    return baselines.freeze(kpi=get_kpi("asa"), **WINDOW, by=None)


def within(seconds: int) -> None:
    change_rules(values={**USUAL, "answer_within_s": seconds}, reason="so", by=None)
    known.refresh()


def change_elsewhere(seconds: int) -> None:
    """Rules changed by another process, a moment before this one reads them again."""
    before = known.state()
    within(seconds)
    known.assume(before)


def found(baseline: Baseline) -> tuple[Any, ...]:
    return DriftCheck.objects.values_list("present", "changed", "asked_at").get(baseline=baseline)


def test_freezing_holds_it_against_the_data_it_freezes(baseline: Baseline) -> None:
    row = DriftCheck.objects.get()
    assert found(baseline) == (10, False, None)
    assert (row.version, row.checked_at) == (baseline.version, baseline.judged_at)
    assert drift_checks.check_asked() == 0


def test_what_was_asked_for_is_done_once(baseline: Baseline) -> None:
    Call.objects.update(waited_ms=30_000)
    ask_for_check(baseline=baseline, by=UserFactory.create())
    ask_for_check(baseline=baseline, by=UserFactory.create())
    assert found(baseline) == (10, False, NOW)
    check_asked_drift()
    assert found(baseline) == (30, True, None)
    assert drift_checks.check_asked() == 0


def test_at_night_all_are_done_also_those_never_held_before(baseline: Baseline) -> None:
    for month in (3, 4):
        figures.baseline("asa", window_from=date(2025, month, 1), team=TeamFactory.create())
    Call.objects.update(waited_ms=20_000)
    check_drift()
    assert DriftCheck.objects.filter(asked_at=None, checked_at=NOW).count() == 3
    assert found(baseline) == (20, True, None)


def test_who_asks_while_it_is_done_asks_for_another(baseline: Baseline) -> None:
    ask_for_check(baseline=baseline, by=UserFactory.create())
    asked = DriftCheck.objects.select_related("baseline").get()
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        ask_for_check(baseline=baseline, by=UserFactory.create())
    assert drift_checks._do(asked)
    assert found(baseline)[2] == NOW + timedelta(seconds=1)
    assert drift_checks.check_asked() == 1
    assert found(baseline)[2] is None


def test_asked_by_a_clock_that_is_ahead_it_is_done_once(baseline: Baseline) -> None:
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        ask_for_check(baseline=baseline, by=UserFactory.create())
    drift_checks._do(DriftCheck.objects.select_related("baseline").get())
    assert found(baseline)[2] is None


class TestOneThatCannotBeHeld:
    def test_a_kpi_that_is_no_more_stops_no_other(self, baseline: Baseline) -> None:
        DriftCheck.objects.create(baseline=figures.baseline("happiness", version=1), asked_at=NOW - timedelta(days=1))
        drift_checks.ask_all()
        assert drift_checks.check_asked() == 1
        assert found(baseline)[2] is None

    def test_one_that_fails_is_logged_and_left_to_the_next_night(
        self, baseline: Baseline, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = figures.baseline("asa", window_from=date(2025, 3, 1))

        def drift_of(each: Baseline) -> Drift:
            if each == broken:
                raise ZeroDivisionError
            return drift(each)

        monkeypatch.setattr(drift_checks, "drift", drift_of)
        drift_checks.ask_all()
        DriftCheck.objects.filter(baseline=broken).update(asked_at=NOW - timedelta(days=1))  # the first in the queue
        assert drift_checks.check_asked() == 1
        assert (found(baseline)[2], found(broken)[2]) == (None, None)
        assert "a baseline cannot be held against the source data" in caplog.text
        caplog.clear()
        assert drift_checks.check_asked() == 0
        assert caplog.text == ""
        drift_checks.ask_all()
        assert found(broken)[2] == NOW


class TestWhenRulesChange:
    """A baseline of service level, of one call that was answered after 25 seconds."""

    @pytest.fixture
    def frozen(self) -> Baseline:
        CallFactory.create(entered_at=datetime(2026, 1, 5, 12, tzinfo=UTC), waited_ms=25_000, outcome="answered")
        return baselines.freeze(kpi=get_kpi("service_level"), **WINDOW, by=None)

    def test_what_was_found_by_those_before_is_not_shown_as_of_now(
        self, frozen: Baseline, client_for: ClientFor
    ) -> None:
        client, url = client_for("manager"), f"/baselines/{frozen.pk}/"
        assert "source data of" in client.get(url).content.decode()
        within(30)
        recompute()
        page = client.get(url).content.decode()
        assert "not held against the source data yet" in page
        assert "source data of" not in page

    @pytest.mark.usefixtures("frozen")
    def test_it_is_held_again_without_being_asked_for(self) -> None:
        within(30)
        assert drift_checks.check_asked() == 0
        recompute()
        assert drift_checks.check_asked() == 1
        row = DriftCheck.objects.get()
        assert (row.present, row.version) == (1, get_kpi("service_level").version)
        assert drift_checks.check_asked() == 0

    def test_while_it_is_being_held_nothing_is_kept(self, frozen: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
        def drift_beside(each: Baseline) -> Drift:
            answer = drift(each)
            change_elsewhere(30)
            return answer

        monkeypatch.setattr(drift_checks, "drift", drift_beside)
        DriftCheck.objects.update(asked_at=NOW, present=None)
        assert drift_checks.check_asked() == 0
        assert found(frozen) == (None, False, NOW)

    def test_by_a_process_that_was_not_told_they_wait(self, frozen: Baseline) -> None:
        DriftCheck.objects.update(asked_at=NOW)
        change_elsewhere(30)
        assert drift_checks.check_asked() == 0
        assert found(frozen)[2] == NOW


def test_under_another_definition_it_says_which() -> None:
    other = figures.baseline("asa", version=77, value="12")
    ask_for_check(baseline=other, by=UserFactory.create())
    drift_checks.check_asked()
    row = DriftCheck.objects.get(baseline=other)
    assert (row.version, row.changed) == (get_kpi("asa").version, False)
    assert row.checked_at == NOW


def test_while_another_process_is_at_it_nothing_is_done(baseline: Baseline) -> None:
    ask_for_check(baseline=baseline, by=UserFactory.create())
    with another_connection() as session:
        session.execute("SELECT pg_advisory_lock(59, 0)")
        assert drift_checks.check_asked() == 0
        assert found(baseline)[2] == NOW
        session.execute("SELECT pg_advisory_unlock(59, 0)")  # its process ends a moment after the connection
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert drift_checks.check_asked() == 1


@pytest.mark.parametrize("scope", [Scope(), Scope(channel="phone")])
def test_it_is_the_drift_of_the_scope(scope: Scope) -> None:
    CallFactory.create(entered_at=datetime(2026, 1, 5, 12, tzinfo=UTC), waited_ms=10_000)
    frozen = baselines.freeze(kpi=get_kpi("asa"), **WINDOW, by=None, scope=scope)
    drift_checks.check(frozen)
    assert found(frozen)[0] == Decimal(10)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_call")
    drift_checks.check(frozen)
    assert found(frozen)[:2] == (None, True)
