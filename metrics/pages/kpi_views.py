"""The catalogue of KPIs, and a page for each."""

from collections.abc import Sequence

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Team
from crm.common import days
from crm.common.audit.recording import record
from crm.common.csv_files import csv_download
from crm.common.limits.limiting import limited
from customers.models import Tier
from metrics.engine import known, registry
from metrics.engine.base import Kpi
from metrics.engine.clock import judged_on
from metrics.goals.newest import baselines_of, targets_of
from metrics.goals.rollouts import teams_with_rollout
from metrics.goals.tables import BASELINES, TARGETS
from metrics.kpis.access import kpi_or_404
from metrics.kpis.catalogue import CATALOGUE, MAIN
from metrics.kpis.words import kpi_interval
from metrics.models import Evaluation
from metrics.pages.forms import SeriesForm
from metrics.pages.kpi_page import KpiSeries, Period, compared, default_window, kpi_series
from metrics.pages.tables import FIGURES, KPIS
from metrics.verdicts.reasons import render_stored
from metrics.verdicts.standing import Goals, find_evaluation, goals_of, is_outdated, to_be_judged_anew

COLUMNS = ("kpi", "unit", "version", "period", "numerator", "denominator", "value", "n")


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
def kpi_list(request: HttpRequest) -> HttpResponse:
    families = [(one.name, [kpi for kpi in MAIN if kpi.source.family is one]) for one in registry.families()]
    context = {"families": [KPIS.of(kpis, caption=name) for name, kpis in families if kpis]}
    return render(request, "metrics/pages/kpi_list.html", context)


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
@known.pinned()
def kpi(request: HttpRequest, key: str) -> HttpResponse:
    shown = kpi_or_404(key)
    teams = teams_with_rollout()
    form = SeriesForm(request.GET, teams=teams, tiers=list(Tier.objects.all()))
    status = 200 if form.is_valid() else 422
    scope = form.scope()
    user = request.user
    baselines, targets = list(baselines_of(user, key)), list(targets_of(user, key))
    evaluation = find_evaluation(user, key, scope)
    outdated = evaluation if evaluation is not None and is_outdated(shown, evaluation.details) else None
    evaluation = None if outdated else evaluation
    goals = goals_of(scope, evaluation=evaluation, baselines=baselines, targets=targets)
    series = _series(shown, form, teams, goals)
    context = {
        "kpi": shown,
        "form": form,
        "scope_query": request.GET.urlencode(),
        "goals": goals,
        "outdated": outdated,
        "reason": to_be_judged_anew() if outdated else _reason(goals.evaluation),
        "interval": _interval(shown, goals.evaluation),
        "baseline_shown": compared(shown, goals),
        "baseline_note": _baseline_note(goals.evaluation),
        "now_note": _now_note(goals.evaluation),
        "series": series,
        "judged_on": judged_on(shown.sources),
        "figures": FIGURES.of(series.periods, about=shown) if series.is_listed else None,
        "baselines": BASELINES.of(baselines, about=shown),
        "targets": TARGETS.of(targets, about=shown),
        "partners": [CATALOGUE[partner] for partner in shown.trade_offs if partner in CATALOGUE],
    }
    return render(request, "metrics/pages/kpi.html", context, status=status)


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
@limited("export")
@known.pinned()
def export_series(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The periods the page shows for the same query, as CSV."""
    shown = kpi_or_404(key)
    teams = teams_with_rollout()
    form = SeriesForm(request.GET, teams=teams, tiers=list(Tier.objects.all()))
    form.is_valid()
    series = _series(shown, form, teams, Goals())
    rows = [(key, shown.unit, shown.version, *_cells(one)) for one in series.periods]
    record(what="metrics.series", by=request.user, count=len(rows), details={"kpi": key})
    return csv_download([COLUMNS, *rows], filename=f"{key}.csv")


def _cells(period: Period) -> tuple[object, ...]:
    return period.label, period.numerator, period.denominator, period.value, period.n


def _series(kpi: Kpi, form: SeriesForm, teams: Sequence[Team], goals: Goals) -> KpiSeries:
    """What the form could not read counts as not given."""
    cleaned = form.cleaned_data
    by = cleaned.get("by") or "month"
    first, last = default_window(by=by, today=days.today())
    first, last = cleaned.get("first") or first, cleaned.get("last") or last
    first = min(first, last)
    return kpi_series(kpi, scope=form.scope(), by=by, first=first, last=last, teams=teams, goals=goals)


def _reason(evaluation: Evaluation | None) -> str:
    return "" if evaluation is None else render_stored(evaluation.details) or evaluation.reason


def _baseline_note(evaluation: Evaluation | None) -> str:
    """Which part of the baseline the present is held against."""
    if evaluation is None or evaluation.baseline_value is None:
        return _("the whole window")
    keys = {key for key, _figures in evaluation.details.get("reasons", [])}
    return _("the same calendar days") if "season" in keys else _("the whole window")


def _now_note(evaluation: Evaluation | None) -> str:
    if evaluation is None or evaluation.current_from is None:
        return ""
    days = (date_format(day, "DATE_FORMAT") for day in (evaluation.current_from, evaluation.current_to) if day)
    return " – ".join(days)


def _interval(kpi: Kpi, evaluation: Evaluation | None) -> str:
    if evaluation is None or evaluation.low is None:
        return ""
    return str(kpi_interval(evaluation.low, evaluation.high, kpi))
