"""Verdicts on all KPIs and scopes as of a day, kept as `Evaluation` rows."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import override

from crm.common import locks
from crm.common.days import today
from metrics.engine import known, registry
from metrics.engine.clock import judged_on
from metrics.engine.shown import are_recomputing
from metrics.kpis import CATALOGUE
from metrics.models import Baseline, Evaluation, KpiRules, KpiTarget, OtherChange, RecomputeRun, RollupVersion
from metrics.verdicts import reasons
from metrics.verdicts.figures import Figures, Judgement
from metrics.verdicts.judging import correct_for_many, judge
from metrics.verdicts.reading import Subject, find_subjects, read_figures
from metrics.verdicts.windows import is_read_out

IDENTITY = ("kpi", "team", "channel", "tier", "as_of")
JUDGED = (
    *("baseline", "target", "current_from", "current_to", "baseline_value", "current_value", "n_baseline"),
    *("n_current", "change", "low", "high", "p", "p_adjusted", "verdict", "reason", "details", "evaluated_at"),
)

# The source data of their baseline were found changed since they were judged, or as they had been frozen again.
FOUND_OTHERWISE = Q(baseline__drift_check__changed=True, details__source_changed=False) | Q(
    baseline__drift_check__changed=False, details__source_changed=True
)


def evaluate(*, as_of: date) -> list[Evaluation]:
    """Judge every KPI and scope on the figures up to `as_of`, today's unfinished day excluded; one transaction.

    Running it again replaces the verdicts of that day. Figures come from the rollups: recompute first. While figures
    are being recomputed by changed rules verdicts stay as they are and nothing is returned: a read-out is judged as a
    whole.
    """
    with known.pinned():
        return [] if are_recomputing(CATALOGUE.values()) else _evaluate(as_of=as_of)


def _evaluate(*, as_of: date) -> list[Evaluation]:
    last = min(as_of, today() - timedelta(days=1))
    with transaction.atomic():
        _lock()
        began = timezone.now()
        changes = list(OtherChange.objects.all())
        subjects = find_subjects()
        figures = read_figures(subjects, last=last, changes=changes)
        judgements = correct_for_many([judge(each) for each in figures])
        rows = [_row(*each, as_of=as_of) for each in zip(subjects, figures, judgements, strict=True)]
        judged = judged_on(registry.sources())
        for row in rows:
            row.details["register"] = _digest(changes)
            if judged and any(source.clock for source in CATALOGUE[row.kpi].sources):
                row.details["judged_on"] = judged.isoformat()
        return _store(rows, as_of=as_of, began=began)


def evaluate_when_due(*, as_of: date) -> list[Evaluation]:
    """Judge the day, unless its verdicts are newer than every baseline, target, rule and changed figure; then empty."""
    return evaluate(as_of=as_of) if is_due(as_of=as_of) else []


def is_due(*, as_of: date) -> bool:
    """Whether anything a verdict rests on is newer than the day's verdicts, or the register of other changes is not
    what it was: an entry may be new, changed or withdrawn; or what was found of the baselines' source data. Verdicts of
    the future, stamped while the clock was ahead, tell nothing.
    """
    judged_at = Evaluation.objects.filter(as_of=as_of).aggregate(at=Max("evaluated_at"))["at"]
    if judged_at is None or judged_at > timezone.now():
        return True
    return (
        RecomputeRun.objects.filter(finished_at__gt=judged_at, rows__gt=0).exists()
        or Baseline.objects.filter(frozen_at__gt=judged_at).exists()
        or RollupVersion.objects.filter(whole_at__gt=judged_at).exists()
        or KpiRules.objects.filter(set_at__gt=judged_at, set_at__lte=timezone.now()).exists()
        or KpiTarget.objects.filter(set_at__gt=judged_at).exists()
        or not Evaluation.objects.filter(as_of=as_of, details__register=_digest(OtherChange.objects.all())).exists()
        or Evaluation.objects.filter(FOUND_OTHERWISE, as_of=as_of).exists()
    )


def _digest(changes: Iterable[OtherChange]) -> str:
    """Of all that the register says: what tells one that was read from one that was changed since."""
    fields = [field.attname for field in OtherChange._meta.concrete_fields]  # noqa: SLF001 - Meta is API
    said = sorted(repr([getattr(change, name) for name in fields]) for change in changes)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _lock() -> None:
    with connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.VERDICTS], wait_s=locks.JOB_PATIENCE_S)


def _store(rows: list[Evaluation], *, as_of: date, began: datetime) -> list[Evaluation]:
    """Replace the day's verdicts. They are as old as the reading of their figures, so that no change is missed."""
    stored = Evaluation.objects.bulk_create(rows, update_conflicts=True, unique_fields=IDENTITY, update_fields=JUDGED)
    of_the_day = Evaluation.objects.filter(as_of=as_of)
    of_the_day.exclude(pk__in=[row.pk for row in stored]).delete()
    of_the_day.update(evaluated_at=began)
    return stored


def _row(subject: Subject, figures: Figures, judgement: Judgement, *, as_of: date) -> Evaluation:
    current = figures.current.span if figures.current else None
    with override("en"):
        reason = reasons.render(judgement.reasons)
    return Evaluation(
        kpi=subject.kpi.key,
        team_id=subject.scope.team_id,
        channel=subject.scope.channel,
        tier_id=subject.scope.tier_id,
        as_of=as_of,
        baseline=subject.baseline,
        target=subject.target,
        current_from=current.first if current else None,
        current_to=current.last if current else None,
        baseline_value=_decimal(judgement.before),
        current_value=_decimal(judgement.now),
        n_baseline=judgement.n_before,
        n_current=judgement.n_now,
        change=judgement.change,
        low=judgement.low,
        high=judgement.high,
        p=judgement.p,
        p_adjusted=judgement.p_adjusted,
        verdict=judgement.verdict,
        reason=reason,
        details=_details(subject, figures, judgement),
    )


def _details(subject: Subject, figures: Figures, judgement: Judgement) -> dict[str, Any]:
    """What a page says beside the verdict; `reasons.render_stored` writes the reason in the reader's language."""
    return {
        "reasons": reasons.stored(judgement.reasons),
        "shape": figures.shape.value,
        "unit": figures.unit,
        "version": subject.kpi.version,
        "is_ratio": judgement.is_ratio,
        "season": judgement.season,
        "inflation": judgement.inflation,
        "chosen_after_go_live": bool(figures.frozen and figures.frozen.chosen_after_go_live),
        "source_changed": bool(figures.frozen and figures.frozen.source_changed),
        "read_out": is_read_out(figures.as_of),
    }


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.10f}")
