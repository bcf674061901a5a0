"""The tab with a customer's invoices and orders."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from crm.common.days import today
from crm.common.paging import keyset_page
from customers.identity.access import get_customer
from customers.models import Invoice, Order
from customers.registry.page import Reader
from customers.trade.invoices import WHICH, narrowed, with_standing
from customers.trade.orders import with_bought
from customers.trade.tables import INVOICES, NONE_FITS, ORDERS
from customers.trade.totals import Totals, totals

SHOWN = 20
LABELS: dict[str, str | Promise] = {
    "all": _("all"),
    "open": pgettext_lazy("invoice", "open"),
    "overdue": _("overdue"),
}


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def customer_orders(request: HttpRequest, pk: int) -> HttpResponse:
    """`?invoices=open` or `overdue` narrows the invoices, the oldest due first; each list has its own pages."""
    on = today()
    customer = get_customer(request, pk, _totals)
    which = request.GET.get("invoices", "")
    which = which if which in WHICH else "all"
    bills = narrowed(Invoice.objects.visible_to(request.user), which=which, customer=customer, on=on)
    bills_by = INVOICES.allowed(request.GET.get("invoices_sort", ""), default="-issued" if which == "all" else "due")
    billed = keyset_page(
        with_standing(bills, on=on), sort=INVOICES.order_by(bills_by), cursor=request.GET.get("invoices_cursor", ""),
        size=SHOWN,
    )  # fmt: skip
    orders = with_bought(Order.objects.visible_to(request.user).filter(customer=customer))
    orders_by = ORDERS.allowed(request.GET.get("orders_sort", ""), default="-placed")
    ordered = keyset_page(
        orders, sort=ORDERS.order_by(orders_by), cursor=request.GET.get("orders_cursor", ""), size=SHOWN
    )
    context = {
        "customer": customer,
        "tab": "orders",
        "totals": Totals.of(customer.totals),  # type: ignore[attr-defined] # annotated
        "chips": [
            {"label": label, "url": f"?invoices={key}#invoices", "is_current": key == which}
            for key, label in LABELS.items()
        ],
        "invoices": INVOICES.of(
            billed.rows, page=billed, sort=bills_by, within="invoices", empty=None if which == "all" else NONE_FITS
        ),
        "orders": ORDERS.of(ordered.rows, page=ordered, sort=orders_by, within="orders"),
    }
    return render(request, "customers/page/orders.html", context)


def _totals(_reader: Reader) -> Mapping[str, Any]:
    return {"totals": totals(on=today())}
