"""A release whose sums are others starts: until the first recompute has opened its figures, they are not there yet."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from metrics.engine import known, shown
from metrics.engine.recomputing import recompute
from metrics.goals import baselines, drift_checks
from metrics.kpis import CATALOGUE, get_kpi
from metrics.kpis.calls import CALLS
from metrics.models import DriftCheck, Evaluation, RollupVersion
from metrics.verdicts.evaluating import evaluate
from tests.factories.telephony import CallFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
TODAY = date(2026, 11, 15)
NEWER = replace(CALLS, revision=2)


@pytest.fixture
def figures() -> None:
    CallFactory.create(entered_at=datetime(2026, 1, 5, 12, tzinfo=UTC), waited_ms=10_000)
    recompute()


@pytest.fixture
def newer(figures: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source of a higher revision, as its process knows it after the start."""
    for key, kpi in list(CATALOGUE.items()):
        if kpi.source is CALLS:
            monkeypatch.setitem(CATALOGUE, key, replace(kpi, source=NEWER))
    known.refresh()


@pytest.mark.usefixtures("newer")
def test_figures_that_no_recompute_has_opened_yet_are_named() -> None:
    assert shown.notes([get_kpi("asa"), get_kpi("csat")]) == [
        "Being computed for the first time: Average speed of answer. What is shown is not whole yet."
    ]


@pytest.mark.usefixtures("newer")
def test_verdicts_wait_for_them() -> None:
    assert evaluate(as_of=TODAY) == []
    assert not Evaluation.objects.exists()


def test_baselines_are_not_held_against_them(figures: None, request: pytest.FixtureRequest) -> None:
    window: dict[str, Any] = {"first": date(2026, 1, 1), "last": date(2026, 2, 28), "go_live_on": date(2026, 12, 1)}
    baselines.freeze(kpi=get_kpi("asa"), **window, today=TODAY, by=None)
    request.getfixturevalue("newer")
    drift_checks.ask_all()
    assert drift_checks.check_asked() == 0
    assert DriftCheck.objects.exclude(asked_at=None).exists()


def test_a_database_without_any_figures_says_nothing() -> None:
    known.refresh()
    assert not RollupVersion.objects.exists()
    assert shown.notes(CATALOGUE.values()) == []
