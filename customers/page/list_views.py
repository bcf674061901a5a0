"""The customer list and its export."""

import csv
from collections.abc import Iterable, Iterator

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.common.days import today
from customers.models import Customer
from customers.page.exporting import export_rows
from customers.page.filters import CustomerFilter
from customers.page.listing import listing
from customers.querysets.customers import CustomerQuerySet


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def customer_list(request: HttpRequest) -> HttpResponse:
    filtered = CustomerFilter(request.GET, queryset=Customer.objects.visible_to(request.user))
    sort = filtered.sort(request.GET.get("sort", ""))
    shown = listing(
        _narrowed(filtered),
        sort=sort,
        cursor=request.GET.get("cursor", ""),
        on=today(),
        searched=filtered.sought.is_possible,
    )
    context = {"filter": filtered, "sort": sort, "listing": shown, "page": shown.page}
    return render(request, "customers/page/list.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@permission_required("customers.export_customer", raise_exception=True)
def customer_export(request: HttpRequest) -> StreamingHttpResponse:
    """What the list's filters leave, as CSV in UTF-8 with a byte order mark (spreadsheets look for it)."""
    filtered = CustomerFilter(request.GET, queryset=Customer.objects.visible_to(request.user))
    return StreamingHttpResponse(
        _as_csv(export_rows(_narrowed(filtered))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="customers.csv"'},
    )


def _narrowed(filtered: CustomerFilter) -> CustomerQuerySet:
    """What a filter with a value that is none of its choices means is not known: then nothing is shown."""
    customers: CustomerQuerySet = filtered.qs if filtered.is_valid() else filtered.queryset.none()
    return customers


def _as_csv(rows: Iterable[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)
