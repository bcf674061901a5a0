"""The page of an order, and that of an invoice."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from crm.common.days import today
from customers.models import Invoice, Order
from customers.trade.invoices import open_amount, with_standing
from customers.trade.orders import margin
from customers.trade.tables import INVOICES, LINES, PAYMENTS


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    orders = Order.objects.visible_to(request.user).select_related("customer__tier", "team")
    order = get_object_or_404(orders, pk=pk)
    lines = list(order.lines.select_related("product__group").order_by("pk"))
    invoices = Invoice.objects.visible_to(request.user).filter(order=order).order_by("-issued_on", "-pk")
    costs = margin(lines) if request.user.has_perm("customers.view_cost") else None
    context = {
        "order": order,
        "margin": costs,
        "lines": LINES.of(lines, about=(order, costs)),
        "invoices": INVOICES.of(list(with_standing(invoices, on=today()))),
    }
    return render(request, "customers/trade/order.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def invoice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    invoices = Invoice.objects.visible_to(request.user).select_related("customer__tier", "order", "team")
    invoice = get_object_or_404(with_standing(invoices, on=today()), pk=pk)
    payments = list(invoice.payments.order_by("-paid_on", "-pk"))
    context = {
        "invoice": invoice,
        "open": open_amount(invoice),
        "payments": PAYMENTS.of(payments, about=invoice),
    }
    return render(request, "customers/trade/invoice.html", context)
