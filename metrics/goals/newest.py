"""The newest baseline and target of every KPI in one scope: one query each, whatever the number of KPIs."""

from decimal import Decimal
from typing import Final

from django.db.models import QuerySet

from accounts.access import Asker, Reader
from crm.common.compiled import Compiled
from metrics.engine.average_month import per_month
from metrics.engine.base import Kpi
from metrics.engine.scope import Scope
from metrics.kpis.catalogue import find_kpi
from metrics.models import Baseline, KpiTarget

# The baseline in force: a window chosen before go-live before one chosen after it, then the newest.
PREFERENCE = ("chosen_after_go_live", "-frozen_at", "-id")
# The target in force comes first.
NEWEST = ("-set_at", "-id")
HEAVY = ("components", "series", "days")


def newest_baselines(reader: Reader, scope: Scope) -> dict[str, Baseline]:
    """KPI → the baseline it is held against: of the present definition, preferred as in PREFERENCE.

    Without the heavy columns.
    """
    return {row.kpi: row for row in _BASELINES.rows(Asker.of(reader), scope) if is_current(row)}


def _baselines(asker: Asker, scope: Scope) -> QuerySet[Baseline]:
    rows = Baseline.objects.visible_to(asker.user).filter(**scope.filters()).distinct("kpi", "version").defer(*HEAVY)
    return rows.order_by("kpi", "version", *PREFERENCE)


_BASELINES: Final = Compiled[Baseline](_baselines)


def is_current(baseline: Baseline) -> bool:
    """Whether it was frozen under the present definition; others do not compare."""
    kpi = find_kpi(baseline.kpi)
    return kpi is not None and kpi.version == baseline.version


def newest_targets(reader: Reader, scope: Scope) -> dict[str, KpiTarget]:
    """The target in force is the newest one."""
    return {row.kpi: row for row in _TARGETS.rows(Asker.of(reader), scope)}


def _targets(asker: Asker, scope: Scope) -> QuerySet[KpiTarget]:
    rows = KpiTarget.objects.visible_to(asker.user).filter(**scope.filters()).order_by("kpi", *NEWEST).distinct("kpi")
    return rows.select_related("owner")


_TARGETS: Final = Compiled[KpiTarget](_targets)


def targets_of(reader: Reader, kpi: str) -> QuerySet[KpiTarget]:
    """All targets of a KPI in every scope, newest first."""
    return (
        KpiTarget.objects.visible_to(reader)
        .filter(kpi=kpi)
        .select_related("owner", "team", "tier", "set_by")
        .order_by(*NEWEST)
    )


def baselines_of(reader: Reader, kpi: str) -> QuerySet[Baseline]:
    """All baselines of a KPI in every scope, the preferred first."""
    rows = Baseline.objects.visible_to(reader).filter(kpi=kpi).select_related("signed_by", "team", "tier")
    return rows.order_by(*PREFERENCE).defer(*HEAVY)


def baseline_value(kpi: Kpi, baseline: Baseline | None) -> Decimal | None:
    """For sums the average month of the window, else the frozen value."""
    if baseline is None or kpi.shape != "sum" or baseline.numerator is None:
        return baseline.value if baseline else None
    return per_month(baseline.numerator, first=baseline.window_from, last=baseline.window_to)
