"""Who asks for a baseline to be held against the source data leaves a row each time, and wakes one job."""

from datetime import timedelta

import pytest
import time_machine
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.common.audit.models import AuditEntry
from metrics.goals.asking import ask_for_check
from metrics.models import Baseline, DriftCheck
from tests.conftest import NOON
from tests.factories.accounts import UserFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def baseline() -> Baseline:
    return figures.baseline("asa")


def test_asking_wakes_a_worker(
    baseline: Baseline, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as asked:
        ask_for_check(baseline=baseline, by=UserFactory.create())
    assert len(asked) == 1


def test_each_time_is_noted_and_the_last_counts(baseline: Baseline) -> None:
    other, (ann, bo) = figures.baseline("csat"), UserFactory.create_batch(2)
    ask_for_check(baseline=other, by=ann)
    ask_for_check(baseline=baseline, by=ann)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        ask_for_check(baseline=baseline, by=bo)

    entries = AuditEntry.objects.order_by("pk").values_list("what", "user_id", "count", "details")
    assert list(entries) == [
        ("baselines.check", by.pk, 1, {"baseline": of.pk}) for of, by in ((other, ann), (baseline, ann), (baseline, bo))
    ]
    assert dict(DriftCheck.objects.values_list("baseline", "asked_at")) == {
        other.pk: NOON,
        baseline.pk: NOON + timedelta(hours=1),
    }


def test_what_was_found_before_stays_until_it_is_held_again(baseline: Baseline) -> None:
    DriftCheck.objects.create(baseline=baseline, checked_at=NOON, present=9, version=1)
    ask_for_check(baseline=baseline, by=UserFactory.create())
    assert DriftCheck.objects.values_list("present", "checked_at", "asked_at").get() == (9, NOON, NOON)
