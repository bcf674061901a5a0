"""Baselines held against the source data by a job, at night and when somebody asks; pages show what it found.

The rows are the queue: whoever asks leaves the moment in one, and a sweeper finds those that nobody has done.
"""

import structlog
from django.utils import timezone

from crm.common import locks
from metrics.engine import known
from metrics.engine.shown import find_recomputing
from metrics.goals.drift import drift
from metrics.kpis import CATALOGUE, Kpi, get_kpi
from metrics.models import Baseline, DriftCheck

log = structlog.get_logger(__name__)


def find_check(baseline: Baseline) -> DriftCheck | None:
    """What was asked and found last; no query where the baseline was read with `drift_check`."""
    return getattr(baseline, "drift_check", None)


def is_held(check: DriftCheck | None, kpi: Kpi) -> bool:
    """Whether what was found speaks of the KPI by the definition whose figures are shown now."""
    return check is not None and check.version == kpi.version


def ask_all() -> None:
    """For every baseline."""
    missing = Baseline.objects.filter(drift_check=None).values_list("pk", flat=True)
    DriftCheck.objects.bulk_create((DriftCheck(baseline_id=pk) for pk in missing), ignore_conflicts=True)
    DriftCheck.objects.filter(asked_at=None).update(asked_at=timezone.now())


def check_asked() -> int:
    """Hold all that were asked for against the source data, one after the other, and those whose definition has changed
    since; returns how many.

    Reads every row of a window once. Killed, it goes on with those that are left; while another is at it there is
    nothing to do.
    """
    done = 0
    with locks.held(locks.DRIFT) as free:
        if free:
            _ask_where_definitions_changed()
        while free and (asked := _next()):
            done += _do(asked)
    return done


def check(baseline: Baseline) -> DriftCheck | None:
    """None, and nothing is kept, where its figures came to be recomputed by changed rules meanwhile."""
    began, kpi = timezone.now(), get_kpi(baseline.kpi)
    found = drift(baseline)
    known.refresh()
    if find_recomputing(kpi) or found.version != kpi.version:
        return None
    values = {"checked_at": began, "present": found.present, "changed": found.changed, "version": found.version}
    row, _made = DriftCheck.objects.update_or_create(baseline=baseline, defaults=values)
    return row


def _ready() -> dict[str, Kpi]:
    """The KPIs there are but for those being recomputed by changed rules: what is built from the facts may be half way,
    and their baselines wait.
    """
    known.refresh()
    return {key: kpi for key, kpi in CATALOGUE.items() if not find_recomputing(kpi)}


def _ask_where_definitions_changed() -> None:
    ready = _ready()
    held = DriftCheck.objects.filter(asked_at=None, version__isnull=False, baseline__kpi__in=ready)
    versions = held.values_list("pk", "baseline__kpi", "version")
    outdated = [pk for pk, kpi, version in versions if version != ready[kpi].version]
    DriftCheck.objects.filter(pk__in=outdated, asked_at=None).update(asked_at=timezone.now())


def _next() -> DriftCheck | None:
    asked = DriftCheck.objects.filter(asked_at__isnull=False, baseline__kpi__in=_ready())
    return asked.select_related("baseline").order_by("asked_at", "pk").first()


def _do(asked: DriftCheck) -> bool:
    """→ whether it could be held. Whoever asks meanwhile asks for another; one that fails is asked for by the night."""
    row = DriftCheck.objects.filter(pk=asked.pk, asked_at=asked.asked_at)
    try:
        done = check(asked.baseline) is not None
    except Exception:
        log.exception("a baseline cannot be held against the source data", baseline=asked.baseline_id)
        row.update(asked_at=None, version=None)
        return False
    if done:
        row.update(asked_at=None)
    return done
