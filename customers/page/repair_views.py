"""The tab with what was mended for a customer."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.common.paging import keyset_page
from customers.identity.access import get_customer
from customers.models import Repair
from customers.trade.repair_tables import REPAIRS
from customers.trade.repairs import Repairs, repairs_read

SHOWN = 20


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def customer_repairs(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk, repairs_read)
    sort = REPAIRS.allowed(request.GET.get("sort", ""), default="-opened")
    mended = Repair.objects.visible_to(request.user).filter(customer=customer).select_related("product")
    found = keyset_page(mended, sort=REPAIRS.order_by(sort), cursor=request.GET.get("cursor", ""), size=SHOWN)
    context = {
        "customer": customer,
        "tab": "repairs",
        "counts": Repairs.of(customer),
        "repairs": REPAIRS.of(found.rows, page=found, sort=sort),
    }
    return render(request, "customers/page/repairs.html", context)
