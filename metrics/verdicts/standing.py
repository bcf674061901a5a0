"""What stands about a KPI in one scope: the newest verdict, the baseline it is held against, the target in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import Asker, Reader
from crm.common.compiled import Compiled
from metrics.engine.base import Kpi
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
    return {row.kpi: row for row in _NEWEST.rows(Asker.of(reader), scope)}


def _newest(asker: Asker, scope: Scope) -> QuerySet[Evaluation]:
    rows = Evaluation.objects.visible_to(asker.user).filter(**scope.filters())
    return rows.order_by("kpi", "-as_of").distinct("kpi")


_NEWEST: Final = Compiled[Evaluation](_newest)


def version_judged(kpi: Kpi, details: Mapping[str, Any]) -> int:
    """The version of the figures that a verdict with these details rests on; one that does not tell, on those shown."""
    return int(details.get("version", kpi.version))


def is_outdated(kpi: Kpi, details: Mapping[str, Any]) -> bool:
    """Whether the figures shown follow other rules than the verdict rests on: it is still to be judged anew."""
    return version_judged(kpi, details) != kpi.version


def to_be_judged_anew() -> str:
    """The reason of a verdict that is outdated, where it is not shown any more."""
    return _("The rules of this KPI have changed. The next evaluation, in a few minutes, judges by the new ones.")


def outdated_notes(kpis: Iterable[Kpi]) -> list[str]:
    """What a page says of KPIs whose verdicts it shows as they were judged before the rules changed."""
    names = ", ".join(dict.fromkeys(str(kpi.name) for kpi in kpis))
    if not names:
        return []
    return [
        _("Judged by rules that have changed since: %(kpis)s. The next evaluation goes by the new ones.")
        % {"kpis": names}
    ]
