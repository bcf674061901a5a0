"""What stands about a KPI in one scope: the newest verdict, the baseline it is held against, the target in force."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.access import Reader
from metrics.engine.scope import Scope
from metrics.goals.newest import is_current
from metrics.models import Baseline, Evaluation, KpiTarget


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
        baseline=next((one for one in baselines if is_current(one) and Scope.of(one) == scope), None),
        target=next((one for one in targets if Scope.of(one) == scope), None),
    )


def find_evaluation(reader: Reader, kpi: str, scope: Scope) -> Evaluation | None:
    return Evaluation.objects.visible_to(reader).filter(kpi=kpi, **scope.filters()).order_by("-as_of").first()


def newest_evaluations(reader: Reader, scope: Scope) -> dict[str, Evaluation]:
    rows = Evaluation.objects.visible_to(reader).filter(**scope.filters()).order_by("kpi", "-as_of").distinct("kpi")
    return {row.kpi: row for row in rows}
