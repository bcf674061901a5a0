"""Set a target: KPI, scope, number, date, owner."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from crm.common import days
from crm.common.saving import EDIT, Saved, edit_page, posted
from metrics.engine.base import Kpi
from metrics.goals import targets
from metrics.goals.fields import scope_of
from metrics.goals.forms import TargetForm
from metrics.goals.newest import targets_of
from metrics.kpis.access import kpi_or_404
from metrics.kpis.words import kpi_value
from metrics.models import KpiTarget


@require_http_methods(EDIT)
@permission_required("metrics.set_target", raise_exception=True)
def set_target(request: HttpRequest, key: str) -> HttpResponse:
    assert isinstance(request.user, User)
    kpi = kpi_or_404(key)
    by = request.user
    initial = {"owner": by.pk, **{name: request.GET.get(name) for name in ("team", "channel", "tier")}}
    form = TargetForm(posted(request), initial=initial, kpi=kpi, today=days.today())

    def save() -> Saved:
        target = _set(kpi, form, by)
        words = {"kpi": kpi.name, "value": kpi_value(target.value, kpi)}
        message = _("Target for %(kpi)s set: %(value)s.") % words
        return Saved(message=message, to=reverse("metrics:kpi", kwargs={"key": key}))

    return edit_page(
        request, "metrics/goals/target.html", form, save, {"kpi": kpi, "targets": targets_of(request.user, key)}
    )


def _set(kpi: Kpi, form: TargetForm, by: User) -> KpiTarget:
    cleaned = form.cleaned_data
    given = {name: cleaned[name] for name in ("value", "due_on", "owner")}
    return targets.set_target(kpi=kpi, scope=scope_of(cleaned), by=by, **given)
