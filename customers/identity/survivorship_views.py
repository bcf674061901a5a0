"""The rules of the fields: which value of several is shown. An administrator sees what a change would do before it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from crm.common import jobs
from crm.common.limits.limiting import limited
from crm.common.saving import EDIT, Saved, edit_page, posted
from customers.identity.ordering import FIELDS
from customers.identity.overview import label_of
from customers.identity.previewing_rules import preview
from customers.identity.survivorship_forms import SurvivorshipForm
from customers.identity.survivorship_rules import PERMISSION, find_rule, names_of_sources, rules_by_field, set_rule
from customers.identity.survivorship_tables import CHANGES, RULES, FieldRule
from customers.identity.tasks import settle_trust
from customers.identity.trust import how_far
from customers.models import SurvivorshipRule


@dataclass(frozen=True, kw_only=True)
class Going:
    """How far the customers are who take their fields anew."""

    done: int
    total: int
    running: bool


def _going() -> Going:
    found = how_far()
    return Going(done=found[0], total=found[1], running=True) if found else Going(done=1, total=1, running=False)


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def survivorship_list(request: HttpRequest) -> HttpResponse:
    rules, names = rules_by_field(), names_of_sources()
    rows = [
        FieldRule(
            field=field, label=label_of(field), row=(row := rules.get(field)),
            order=[names[pk] for pk in (row.systems if row else ()) if pk in names],
        )
        for field in FIELDS
    ]  # fmt: skip
    return render(request, "customers/identity/survivorship.html", {"rules": RULES.of(rows), "going": _going()})


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def survivorship_progress(request: HttpRequest) -> HttpResponse:
    """The bar's next state; at the end the page is loaded anew, without it."""
    going = _going()
    response = render(request, "customers/identity/survivorship_progress.html", {"going": going})
    if not going.running:
        response.headers["HX-Refresh"] = "true"
    return response


@require_http_methods(EDIT)
@permission_required(PERMISSION, raise_exception=True)
@limited("search", when=lambda request: "preview" in request.GET)
def survivorship_edit(request: HttpRequest, field: str) -> HttpResponse:
    """With `preview` nothing is saved: the page says what would change."""
    if field not in FIELDS:
        raise Http404
    is_preview = "preview" in request.GET
    form = SurvivorshipForm(
        request.GET if is_preview and request.method != "POST" else posted(request),
        instance=find_rule(field) or SurvivorshipRule(field=field),
    )  # fmt: skip
    if request.method == "POST" and "preview" in request.POST and form.is_valid():
        return redirect(f"{request.path}?{urlencode({'preview': 1, 'seen': form.cleaned_data['seen'], **form.chosen})}")
    context: dict[str, Any] = {"label": capfirst(label_of(field)), "going": _going()}
    if is_preview and form.is_valid():
        found = preview(field=field, rule=form.asked, reader=request.user)
        context |= {"preview": found, "sample": CHANGES.of(found.sample)}

    def save() -> Saved:
        set_rule(
            field=field, rule=form.cleaned_data["rule"], systems=form.systems, by=signed_in(request),
            now=timezone.now(), seen=form.cleaned_data["seen"],
        )  # fmt: skip
        jobs.wake(settle_trust)
        return Saved(to=reverse("customers:survivorship"), message=_("Saved. Customers take their fields anew."))

    return edit_page(request, "customers/identity/survivorship_edit.html", form, save, context)
