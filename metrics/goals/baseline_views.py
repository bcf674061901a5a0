"""Freeze a baseline: window and scope, a preview, a signature; and the page of a frozen one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.models import User
from crm.common import days
from crm.common.saving import EDIT, Beside, Saved, edit_page
from metrics.engine.base import Kpi
from metrics.goals import baselines
from metrics.goals.asking import ask_for_check
from metrics.goals.baseline_page import Preview, Window, baseline_chart, default_window, preview_of, rules_frozen
from metrics.goals.drift_checks import find_check, is_held
from metrics.goals.fields import scope_of
from metrics.goals.forms import BaselineForm, ScopeForm
from metrics.goals.rollouts import teams_with_rollout
from metrics.kpis.access import kpi_or_404
from metrics.models import Baseline

BESIDE: Beside = {baselines.NotSettled: "window_to"}
PREVIEWED = ("go_live_on", "window_from", "window_to")


@require_http_methods(EDIT)
@permission_required("metrics.freeze_baseline", raise_exception=True)
def freeze_baseline(request: HttpRequest, key: str) -> HttpResponse:
    """GET previews the window in the query, or the default one, htmx only the preview; POST freezes and signs."""
    assert isinstance(request.user, User)
    kpi, by = kpi_or_404(key), request.user
    opened = request.method != "POST"
    form = BaselineForm(_asked(request, kpi), preview=True) if opened else BaselineForm(request.POST)

    def save() -> Saved:
        frozen = _freeze(kpi, form, by)
        message = _("Baseline for %(kpi)s frozen and signed.") % {"kpi": kpi.name}
        return Saved(message=message, to=reverse("metrics:baseline", kwargs={"baseline_id": frozen.pk}))

    return edit_page(
        request, "metrics/goals/freeze_baseline.html", form, save, lambda: _shown(kpi, form),
        part="#preview", beside=BESIDE,
    )  # fmt: skip


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
def baseline(request: HttpRequest, baseline_id: int) -> HttpResponse:
    found = get_object_or_404(
        Baseline.objects.visible_to(request.user).select_related("team", "tier", "signed_by", "drift_check"),
        pk=baseline_id,
    )
    kpi = kpi_or_404(found.kpi)
    context: dict[str, Any] = {"baseline": found, "kpi": kpi, "chart": baseline_chart(found, kpi)}
    check = find_check(found)
    context |= {"check": check, "is_held": is_held(check, kpi), "rules": rules_frozen(found, kpi)}
    return render(request, "metrics/goals/baseline.html", context)


@require_POST
@permission_required("metrics.view_dashboard", raise_exception=True)
def check_baseline(request: HttpRequest, baseline_id: int) -> HttpResponse:
    """Have it held against the source data now."""
    found = get_object_or_404(Baseline.objects.visible_to(request.user), pk=baseline_id)
    ask_for_check(baseline=found, by=signed_in(request))
    messages.success(request, _("The baseline is being held against the source data. Open it again in a moment."))
    return redirect("metrics:baseline", baseline_id=found.pk)


def _asked(request: HttpRequest, kpi: Kpi) -> dict[str, Any]:
    """The query's values over the defaults of its scope."""
    asked = {name: value for name, value in request.GET.dict().items() if value}
    if set(PREVIEWED) <= set(asked):
        return asked
    defaults = default_window(kpi, scope=ScopeForm(asked).scope(), teams=teams_with_rollout(), today=days.today())
    return {
        "go_live_on": defaults.go_live_on,
        "window_from": defaults.window_from,
        "window_to": defaults.window_to,
        **asked,
    }


def _shown(kpi: Kpi, form: BaselineForm) -> dict[str, Any]:
    """The preview, where the form names a window and a scope."""
    readable = not set(form.errors) & {*PREVIEWED, "team", "channel", "tier"}
    return {"kpi": kpi, "preview": _preview(kpi, form) if readable else None}


def _preview(kpi: Kpi, form: BaselineForm) -> Preview:
    cleaned = form.cleaned_data
    window = Window(**{name: cleaned[name] for name in PREVIEWED})
    return preview_of(kpi, window=window, scope=scope_of(cleaned), today=days.today())


def _freeze(kpi: Kpi, form: BaselineForm, by: User) -> Baseline:
    cleaned = form.cleaned_data
    return baselines.freeze(
        kpi=kpi,
        first=cleaned["window_from"],
        last=cleaned["window_to"],
        go_live_on=cleaned["go_live_on"],
        today=days.today(),
        by=by,
        scope=scope_of(cleaned),
        note=cleaned["note"],
    )
