"""Set a target: KPI, scope, number, date, owner."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from crm.common import days
from crm.common.saving import saved
from metrics.engine.base import Kpi
from metrics.goals import targets
from metrics.goals.fields import scope_of
from metrics.goals.forms import TargetForm
from metrics.goals.newest import targets_of
from metrics.kpis.access import kpi_or_404
from metrics.kpis.words import kpi_value
from metrics.models import KpiTarget


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("metrics.set_target", raise_exception=True)
def set_target(request: HttpRequest, key: str) -> HttpResponse:
    assert isinstance(request.user, User)
    kpi = kpi_or_404(key)
    by = request.user
    initial = {"owner": by.pk, **{name: request.GET.get(name) for name in ("team", "channel", "tier")}}
    form = TargetForm(request.POST or None, initial=initial, kpi=kpi, today=days.today())
    context = {"form": form, "kpi": kpi, "targets": targets_of(key)}
    if request.method != "POST":
        return render(request, "metrics/goals/target.html", context)
    if not saved(form, lambda: _set(kpi, form, by)):
        return render(request, "metrics/goals/target.html", context, status=422)
    words = {"kpi": kpi.name, "value": kpi_value(form.cleaned_data["value"], kpi)}
    messages.success(request, _("Target for %(kpi)s set: %(value)s.") % words)
    return redirect("metrics:kpi", key=key)


def _set(kpi: Kpi, form: TargetForm, by: User) -> KpiTarget:
    cleaned = form.cleaned_data
    given = {name: cleaned[name] for name in ("value", "due_on", "owner")}
    return targets.set_target(kpi=kpi, scope=scope_of(cleaned), by=by, **given)
