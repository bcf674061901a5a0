"""The customer list and its export."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.common.audit.recording import record
from crm.common.csv_files import csv_download
from crm.common.days import today
from crm.common.limits.limiting import limited
from crm.common.tables import Empty
from crm.common.xlsx_files import xlsx_download
from customers.models import Customer
from customers.page.exporting import STREAMED_UP_TO, chosen, export_rows
from customers.page.filters import CustomerFilter
from customers.page.listing import listing
from customers.page.tables import CUSTOMERS, FIRST_CUSTOMER, FIRST_IMPORT, NOBODY_FITS
from customers.querysets.customers import CustomerQuerySet


def _searches(request: HttpRequest) -> bool:
    return bool(request.GET.get("q"))


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@limited("search", when=_searches)
def customer_list(request: HttpRequest) -> HttpResponse:
    filtered = CustomerFilter(request.GET, queryset=Customer.objects.visible_to(request.user))
    sort = CUSTOMERS.allowed(request.GET.get("sort", ""), default=filtered.default_sort)
    shown = listing(
        _narrowed(filtered),
        order_by=CUSTOMERS.order_by(sort),
        cursor=request.GET.get("cursor", ""),
        on=today(),
        searched=filtered.sought.is_possible,
    )
    table = CUSTOMERS.of(shown.rows, sort=sort, page=shown.page, empty=_nobody(request, filtered))
    context = {"filter": filtered, "listing": shown, "page": shown.page, "customers": table}
    return render(request, "customers/page/list.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@permission_required("customers.export_customer", raise_exception=True)
@limited("export")
def customer_export(request: HttpRequest) -> HttpResponseBase:
    """What the list's filters leave: `columns` (keys with commas between) say what of it, `format=xlsx` as what. Where
    that are many, a job writes the file once it is confirmed.
    """
    filtered = CustomerFilter(request.GET, queryset=Customer.objects.visible_to(request.user))
    customers, kind = _narrowed(filtered), request.GET.get("format", "csv")
    keys = request.GET.get("columns", "")
    count = customers.count()
    if count > STREAMED_UP_TO:
        asked = {"action": "export", "query": request.GET.urlencode(), "format": kind, "columns": keys}
        return redirect(f"{reverse('customers:bulk')}?{urlencode(asked)}")
    used = [name for name in filtered.filters if request.GET.get(name)]
    record(what="customers.export", by=request.user, count=count, details={"filters": used})
    rows = export_rows(customers, chosen(keys.split(",")))
    if kind == "xlsx":
        return xlsx_download(rows, title=_("Customers"), filename="customers.xlsx")
    return csv_download(rows, filename="customers.csv")


def _nobody(request: HttpRequest, filtered: CustomerFilter) -> Empty:
    if filtered.is_narrowing:
        return NOBODY_FITS
    return FIRST_IMPORT if request.user.has_perm("customers.import_data") else FIRST_CUSTOMER


def _narrowed(filtered: CustomerFilter) -> CustomerQuerySet[Customer]:
    """What a filter with a value that is none of its choices means is not known: then nothing is shown."""
    customers: CustomerQuerySet[Customer] = filtered.qs if filtered.is_valid() else filtered.queryset.none()
    return customers
