"""What the fields weigh in the hygiene: seen, previewed and set by whoever sets the rules of the KPIs."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from crm.common.saving import EDIT, Saved, edit_page, posted
from customers.identity.hygiene.counting import Narrowing, tally
from customers.page.hygiene_use import uses
from metrics.engine import known
from metrics.engine.changing_rules import change_rules
from metrics.engine.rules import in_force
from metrics.pages.hygiene_weights import OF_HYGIENE, WeightsForm, preview, proposed, weight_lines


@require_http_methods(EDIT)
@permission_required("metrics.add_kpirules", raise_exception=True)
@known.pinned()
def hygiene_weights(request: HttpRequest) -> HttpResponse:
    """`preview`: nothing is saved, the page says what would change. `proposed`: the form begins with these."""
    found = uses()
    is_preview = "preview" in request.GET and request.method != "POST"
    form = WeightsForm(
        request.GET if is_preview else posted(request),
        is_preview=is_preview or "preview" in request.POST,
        proposed=proposed(found) if "proposed" in request.GET else None,
    )
    if request.method == "POST" and "preview" in request.POST and form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in (*OF_HYGIENE, "reason", "seen")}
        return redirect(f"{request.path}?{urlencode({'preview': 1, **chosen})}")
    context: dict[str, Any] = {"lines": weight_lines(form, found)}
    if is_preview and form.is_valid():
        counts = tally(reader=request.user, narrowing=Narrowing()).all
        context["preview"] = preview(request.user, counts, now=in_force(), then=form.values)

    def save() -> Saved:
        cleaned = form.cleaned_data
        change_rules(values=form.values, reason=cleaned["reason"], by=signed_in(request), seen=cleaned["seen"])
        message = _("The weights are in force. The figures of all days are being computed anew.")
        return Saved(message=message, to=reverse("metrics:hygiene"))

    return edit_page(request, "metrics/pages/hygiene_weights.html", form, save, context)
