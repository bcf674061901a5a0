"""Baselines are held against the source data by a job, when somebody asks and at night."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from customers.models import Call
from metrics.engine.scope import Scope
from metrics.goals import baselines, drift_checks
from metrics.goals.asking import ask_for_check
from metrics.kpis import get_kpi
from metrics.models import Baseline, DriftCheck
from metrics.tasks import check_asked_drift, check_drift
from tests.database import another_connection
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.telephony import CallFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.fixture
def baseline() -> Baseline:
    CallFactory.create(entered_at=datetime(2026, 1, 5, 12, tzinfo=UTC), waited_ms=10_000)
    window = {"first": date(2026, 1, 1), "last": date(2026, 2, 28), "go_live_on": date(2026, 12, 1)}
    return baselines.freeze(kpi=get_kpi("asa"), **window, today=date(2026, 11, 15), by=None)


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


def test_asking_wakes_a_worker(
    baseline: Baseline, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as asked:
        ask_for_check(baseline=baseline, by=UserFactory.create())
    assert len(asked) == 1


def test_at_night_all_are_done_also_those_never_held_before(baseline: Baseline) -> None:
    for month in (3, 4):
        figures.baseline("asa", window_from=date(2025, month, 1), team=TeamFactory.create())
    Call.objects.update(waited_ms=20_000)
    check_drift()
    assert DriftCheck.objects.filter(asked_at=None, checked_at=NOW).count() == 3
    assert found(baseline) == (20, True, None)


def test_who_asks_while_it_is_done_asks_for_another(baseline: Baseline) -> None:
    ask_for_check(baseline=baseline, by=UserFactory.create())
    began = NOW - timedelta(seconds=1)
    drift_checks._was_done(DriftCheck.objects.get(), began)
    assert found(baseline)[2] == NOW
    drift_checks._was_done(DriftCheck.objects.get(), NOW)
    assert found(baseline)[2] is None


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
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert drift_checks.check_asked() == 1


@pytest.mark.parametrize("scope", [Scope(), Scope(channel="phone")])
def test_it_is_the_drift_of_the_scope(scope: Scope) -> None:
    CallFactory.create(entered_at=datetime(2026, 1, 5, 12, tzinfo=UTC), waited_ms=10_000)
    window = {"first": date(2026, 1, 1), "last": date(2026, 2, 28), "go_live_on": date(2026, 12, 1)}
    frozen = baselines.freeze(kpi=get_kpi("asa"), **window, today=date(2026, 11, 15), by=None, scope=scope)
    assert drift_checks.check(frozen).present == Decimal(10)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_call")
    assert drift_checks.check(frozen).present is None
    assert found(frozen)[:2] == (None, True)
