"""The lists of all orders and of all invoices, and their files."""

from typing import Any, Final

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.access import Reader
from accounts.list_export_views import export_list
from accounts.list_views import open_list
from crm.common.days import today
from crm.common.limits.limiting import limited
from crm.common.lists.state import State
from crm.common.lists.waiting import TOO_MUCH, waiting_for
from crm.common.paging import keyset_page
from crm.common.patience import TookTooLong
from customers.models import Invoice, Order
from customers.querysets.trade import OrderQuerySet
from customers.trade import exporting
from customers.trade.invoices import with_standing
from customers.trade.list_tables import INVOICE_LIST, NOTHING_FITS, ORDER_LIST
from customers.trade.orders import with_bought

RELATED: Final = ("customer", "team", "tier")
# What rows are made of; what else a cell asked for would be a query a row.
SHOWN: Final = (
    "number", "amount", "amount_company", "currency", "customer__name", "customer__search", "team__name", "tier__key",
    "tier__name", "tier__colour",
)  # fmt: skip
ORDER_SHOWN: Final = (*SHOWN, "placed_at", "status")
INVOICE_SHOWN: Final = (*SHOWN, "issued_on", "due_on", "paid", "settled_on", "order__number")


def orders_of(state: State, reader: Reader) -> OrderQuerySet[Order]:
    return state.narrow(Order.objects.visible_to(reader))


def invoices_of(state: State, reader: Reader) -> QuerySet[Any]:
    return with_standing(state.narrow(Invoice.objects.visible_to(reader)), on=today())


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def order_list(request: HttpRequest) -> HttpResponse:
    state = open_list(request, ORDER_LIST)
    orders = orders_of(state, request.user).select_related(*RELATED).only(*ORDER_SHOWN)
    return _listed(request, state, with_bought(orders) if "what" in state.columns else orders, "customers:order_export")


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def invoice_list(request: HttpRequest) -> HttpResponse:
    state = open_list(request, INVOICE_LIST)
    invoices = invoices_of(state, request.user).select_related(*RELATED, "order").only(*INVOICE_SHOWN)
    return _listed(request, state, invoices, "customers:invoice_export")


def _listed(request: HttpRequest, state: State, found: QuerySet[Any], export: str) -> HttpResponse:
    if state.redo:
        return HttpResponseRedirect(state.redo)
    context: dict[str, Any] = {
        "state": state,
        "export": export,
        "export_query": urlencode({**state.parts(), "columns": ",".join(state.columns)}),
    }
    try:
        # By a condition in the order of something else: all may have to be looked at before a page is full.
        with waiting_for(state, is_costly=state.is_narrowed and state.sort != state.page.sort):
            page = keyset_page(found, sort=state.order, cursor=request.GET.get("cursor", ""))
    except TookTooLong:
        return render(request, "customers/trade/list.html", {**context, "hint": TOO_MUCH})
    context["rows"] = state.fill(page.rows, page=page, empty=NOTHING_FITS if state.is_narrowed else None)
    return render(request, "customers/trade/list.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@permission_required("customers.export_customer", raise_exception=True)
@limited("export")
def order_export(request: HttpRequest) -> HttpResponseBase:
    return export_list(request, ORDER_LIST, exporting.ORDERS, lambda state: orders_of(state, request.user))


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@permission_required("customers.export_customer", raise_exception=True)
@limited("export")
def invoice_export(request: HttpRequest) -> HttpResponseBase:
    return export_list(request, INVOICE_LIST, exporting.INVOICES, lambda state: invoices_of(state, request.user))
