"""Baselines held against the source data by a job, at night and when somebody asks; pages show what it found.

The rows are the queue: whoever asks leaves the moment in one, and a sweeper finds those that nobody has done.
"""

from datetime import datetime

from django.utils import timezone

from crm.common import locks
from metrics.engine.shown import find_recomputing
from metrics.goals.drift import drift
from metrics.kpis import CATALOGUE
from metrics.models import Baseline, DriftCheck


def find_check(baseline: Baseline) -> DriftCheck | None:
    """What was found last; no query where the baseline was read with `drift_check`."""
    return getattr(baseline, "drift_check", None)


def ask_all() -> None:
    """For every baseline."""
    missing = Baseline.objects.filter(drift_check=None).values_list("pk", flat=True)
    DriftCheck.objects.bulk_create((DriftCheck(baseline_id=pk) for pk in missing), ignore_conflicts=True)
    DriftCheck.objects.filter(asked_at=None).update(asked_at=timezone.now())


def check_asked() -> int:
    """Hold all that were asked for against the source data, one after the other; returns how many.

    Reads every row of a window once. Killed, it goes on with those that are left; while another is at it there is
    nothing to do.
    """
    done = 0
    with locks.held(locks.DRIFT) as free:
        while free and (asked := _next()):
            check(asked.baseline)
            done += 1
    return done


def check(baseline: Baseline) -> DriftCheck:
    """Whoever asks meanwhile asks for another."""
    began = timezone.now()
    found = drift(baseline)
    values = {"checked_at": began, "present": found.present, "changed": found.changed, "version": found.version}
    row, _made = DriftCheck.objects.update_or_create(baseline=baseline, defaults=values)
    _was_done(row, began)
    return row


def _next() -> DriftCheck | None:
    """Those whose figures are being recomputed by changed rules wait: what is built from the facts may be half way."""
    waiting = [key for key, kpi in CATALOGUE.items() if find_recomputing(kpi)]
    asked = DriftCheck.objects.filter(asked_at__isnull=False).exclude(baseline__kpi__in=waiting)
    return asked.select_related("baseline").order_by("asked_at", "pk").first()


def _was_done(row: DriftCheck, began: datetime) -> None:
    DriftCheck.objects.filter(pk=row.pk, asked_at__lte=began).update(asked_at=None)
