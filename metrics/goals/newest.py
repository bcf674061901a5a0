"""The newest verdict, baseline and target of every KPI in one scope: one query each, whatever the number of KPIs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from metrics.engine.scopes import Named
from metrics.kpis.catalogue import find_kpi
from metrics.models import Baseline, Evaluation, KpiTarget

# As evaluations choose: a window chosen before go-live before one chosen after it, then the newest.
PREFERENCE = ("chosen_after_go_live", "-frozen_at", "-id")
HEAVY = ("components", "series", "days")


@dataclass(frozen=True)
class Scope:
    """None and '' mean all of it."""

    team_id: int | None = None
    channel: str = ""
    tier_id: int | None = None

    def filters(self) -> dict[str, Any]:
        """As a filter on models that derive from `Scope`."""
        return {
            "channel": self.channel,
            **({"team_id": self.team_id} if self.team_id else {"team__isnull": True}),
            **({"tier_id": self.tier_id} if self.tier_id else {"tier__isnull": True}),
        }

    def reads(self) -> dict[str, Any]:
        """As keyword arguments of `metrics.engine.series`."""
        return {"team_id": self.team_id, "channel": self.channel, "tier_id": self.tier_id}


COMPANY = Scope()


@dataclass(frozen=True, kw_only=True)
class Goals:
    """What stands about one KPI in one scope; None: nothing yet."""

    evaluation: Evaluation | None = None
    baseline: Baseline | None = None
    target: KpiTarget | None = None


def goals_of(
    scope: Scope, *, evaluation: Evaluation | None, baselines: Iterable[Baseline], targets: Iterable[KpiTarget]
) -> Goals:
    """Those of the scope out of all baselines and targets of the KPI, as ordered by the functions below."""
    return Goals(
        evaluation=evaluation,
        baseline=next((one for one in baselines if is_current(one) and one.scope == scope.reads()), None),
        target=next((one for one in targets if one.scope == scope.reads()), None),
    )


def find_evaluation(kpi: str, scope: Scope) -> Evaluation | None:
    return Evaluation.objects.filter(kpi=kpi, **scope.filters()).order_by("-as_of").first()


def named_scope(cleaned: Mapping[str, Any]) -> Named:
    """Of a form's cleaned data."""
    return Named(team=cleaned["team"], channel=cleaned["channel"], tier=cleaned["tier"])


def newest_evaluations(scope: Scope) -> dict[str, Evaluation]:
    rows = Evaluation.objects.filter(**scope.filters()).order_by("kpi", "-as_of").distinct("kpi")
    return {row.kpi: row for row in rows}


def newest_baselines(scope: Scope) -> dict[str, Baseline]:
    """KPI → the baseline it is held against: of the present definition, preferred as in PREFERENCE.

    Without the heavy columns.
    """
    rows = Baseline.objects.filter(**scope.filters()).distinct("kpi", "version").defer(*HEAVY)
    rows = rows.order_by("kpi", "version", *PREFERENCE)
    return {row.kpi: row for row in rows if is_current(row)}


def is_current(baseline: Baseline) -> bool:
    """Whether it was frozen under the present definition; others do not compare."""
    kpi = find_kpi(baseline.kpi)
    return kpi is not None and kpi.version == baseline.version


def newest_targets(scope: Scope) -> dict[str, KpiTarget]:
    """The target in force is the newest one."""
    rows = KpiTarget.objects.filter(**scope.filters()).order_by("kpi", "-set_at", "-id").distinct("kpi")
    return {row.kpi: row for row in rows.select_related("owner")}


def targets_of(kpi: str) -> QuerySet[KpiTarget]:
    """All targets of a KPI in every scope, newest first."""
    return (
        KpiTarget.objects.filter(kpi=kpi).select_related("owner", "team", "tier", "set_by").order_by("-set_at", "-id")
    )


def baselines_of(kpi: str) -> QuerySet[Baseline]:
    """All baselines of a KPI in every scope, the preferred first."""
    rows = Baseline.objects.filter(kpi=kpi).select_related("signed_by", "team", "tier")
    return rows.order_by(*PREFERENCE).defer(*HEAVY)
