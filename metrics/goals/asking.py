"""Ask for a baseline to be held against the source data."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from crm.common.audit.recording import record
from crm.common.jobs import wake
from metrics.goals.tasks import check_asked_drift
from metrics.models import Baseline, DriftCheck


def ask_for_check(*, baseline: Baseline, by: User) -> None:
    """A job does it soon; asked twice before it has begun it is done once."""
    with transaction.atomic():
        record(what="baselines.check", by=by, count=1, details={"baseline": baseline.pk})
        DriftCheck.objects.update_or_create(baseline=baseline, defaults={"asked_at": timezone.now()})
        wake(check_asked_drift)
