"""The customer list and its export."""

from dataclasses import replace
from typing import Any, Final

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import signed_in
from accounts.domain.views import state_of
from accounts.list_export_views import download, left_to, record_export
from accounts.list_views import open_list
from crm.common.limits.limiting import limited
from crm.common.lists.exporting import SHEET_UP_TO, STREAMED_UP_TO
from crm.common.lists.state import RELEVANCE, State
from crm.common.lists.waiting import patience_for, waiting_for
from crm.common.patience import TookTooLong
from crm.common.tables import Empty
from crm.common.templatetags.lists import bulk_url
from customers.identity import search
from customers.identity.misspelt import meant_by
from customers.models import Customer
from customers.page.exporting import EXPORT, export_rows
from customers.page.listing import Listing, listing, meant, most_found, search_listing
from customers.page.tables import CUSTOMER_LIST, FIRST_CUSTOMER, FIRST_IMPORT, NOBODY_FITS

GUESSED: Final = 5
TOO_MUCH: Final = gettext_lazy(
    "This takes too long with so many customers. Add a condition that leaves fewer: an owner, a tag, a country."
)


def _searches(request: HttpRequest) -> bool:
    return bool(request.GET.get("q"))


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@limited("search", when=_searches)
def customer_list(request: HttpRequest) -> HttpResponse:
    state = _in_order(open_list(request, CUSTOMER_LIST))
    if state.redo:
        return HttpResponseRedirect(state.redo)
    context: dict[str, Any] = {
        "state": state,
        "hint": search.read(state.search).hint,
        "export_query": urlencode({**state.parts(), "columns": ",".join(state.columns)}),
    }
    try:
        shown = _searched(request, state) if state.search else _narrowed(request, state)
    except TookTooLong:
        return render(request, "customers/page/list.html", {**context, "hint": TOO_MUCH})
    empty, is_selected = _nobody(request, state), bool(bulk_url(state))
    context |= {
        "listing": shown,
        "guessed": [] if shown.rows else _guessed(request, state),
        "page": shown.page,
        "customers": state.fill(shown.rows, page=shown.page, empty=empty, is_selected=is_selected),
    }
    return render(request, "customers/page/list.html", context)


def _guessed(request: HttpRequest, state: State) -> list[Customer]:
    """Whom the text may have meant where nobody fits it; where filters are set too they are what nobody fits."""
    if not state.search or state.conditions.items:
        return []
    return meant_by(Customer.objects.visible_to(request.user), search.read(state.search), most=GUESSED)


def _narrowed(request: HttpRequest, state: State) -> Listing:
    customers = Customer.objects.visible_to(request.user)
    return listing(
        customers.none() if state.is_unclear else customers,
        where=state.where,
        order_by=state.order,
        cursor=request.GET.get("cursor", ""),
        is_tagged="tags" in state.columns,
        is_rough=state.is_rough,
        within_s=patience_for(state),
    )


def _searched(request: HttpRequest, state: State) -> Listing:
    most = most_found(state) if search.read(state.search).is_possible else 0
    with waiting_for(state):
        return search_listing(
            meant(state, request.user),
            order_by=state.order,
            cursor=request.GET.get("cursor", ""),
            most=most,
            is_tagged="tags" in state.columns,
        )


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@permission_required("customers.export_customer", raise_exception=True)
@limited("export")
def customer_export(request: HttpRequest) -> HttpResponseBase:
    """What the list's view and filters leave: `columns` (keys with commas between) say what of it, `format=xlsx` as
    what. Where that are many, a job writes the file once it is confirmed.
    """
    state = state_of(CUSTOMER_LIST, signed_in(request), request.GET)
    customers, kind = meant(state, request.user), request.GET.get("format", "csv")
    keys, count = request.GET.get("columns", ""), customers.count()
    if count > (SHEET_UP_TO if kind == "xlsx" else STREAMED_UP_TO):
        return left_to("export", state, kind=kind, columns=keys)
    record_export(request, EXPORT, state, count=count)
    rows = export_rows(customers, EXPORT.chosen(keys.split(",")), order=_in_order(state).order)
    return download(rows, EXPORT, kind=kind)


def _in_order(state: State) -> State:
    """Of a text too short to be searched there is no relevance."""
    if state.sort == RELEVANCE and not search.read(state.search).is_possible:
        return replace(state, sort=CUSTOMER_LIST.sort)
    return state


def _nobody(request: HttpRequest, state: State) -> Empty:
    if state.is_narrowed or state.is_unclear:
        return _nobody_fits(request, state)
    return FIRST_IMPORT if request.user.has_perm("customers.import_data") else FIRST_CUSTOMER


def _nobody_fits(request: HttpRequest, state: State) -> Empty:
    """With what to do next: look without filters, or make the one who was searched."""
    other, other_url = "", ""
    if state.search and request.user.has_perm("customers.add_customer"):
        other = _("Create “%(name)s”") % {"name": state.search[:40]}
        other_url = f"{reverse('customers:create')}?{urlencode({'name': state.search})}"
    return replace(NOBODY_FITS, action=_("Clear filters"), action_url="?view=all", other=other, other_url=other_url)
