"""The customer page and its tabs."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import signed_in
from crm.common.days import today
from crm.common.fragments import render_part
from crm.common.versions import version
from customers.identity.access import get_customer
from customers.identity.joined import joined, taken_apart
from customers.identity.joined_tables import APART, JOINED, Seen
from customers.identity.joined_views import MERGES
from customers.identity.overview import overview
from customers.identity.provenance import provenance
from customers.identity.releasing import PERMISSION as RELEASES
from customers.identity.survivorship import FIELDS
from customers.identity.survivorship_rules import PERMISSION as RULES
from customers.identity.tables import HISTORY, SOURCES, Told
from customers.identity.visiting import record_visit
from customers.models import Customer
from customers.page.history import history, imports_of
from customers.page.record import get_whole_record
from customers.page.timeline_chips import timeline_context
from customers.registry.page import panels
from customers.tiers.standing import standing


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_whole_record(request, pk)
    record_visit(user=signed_in(request), customer=customer, now=timezone.now())
    context = {
        "customer": customer,
        "tab": "overview",
        "overview": overview(customer),
        "standing": standing(customer_id=customer.pk, today=today()),
        "panels": _shown_panels(request, customer),
        **timeline_context(request, customer),
    }
    return render(request, "customers/page/detail.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def customer_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """The timeline alone, narrowed or continued, for the page to put in place; a page of its own without script."""
    customer = get_customer(request, pk)
    context = {"customer": customer, "tab": "overview", **timeline_context(request, customer)}
    return render_part(request, "customers/page/timeline_page.html", "customers/page/timeline.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def customer_sources(request: HttpRequest, pk: int) -> HttpResponse:
    """Which source says what, field by field, and which of them won; how their records came to be one."""
    customer = get_customer(request, pk)
    said = provenance(customer)
    told = Told(
        customer=pk, records=said.records, may_release=request.user.has_perm(RELEASES) and not customer.is_erased
    )
    table = SOURCES.of([*said.rows, *said.kept], about=told)
    seen = Seen(customer=customer, may_merge=request.user.has_perm(MERGES) and not customer.is_erased)
    records = joined(said.records)
    lists = {
        "joined": JOINED.of(records, about=seen),
        "may_split": seen.may_merge and any(one.is_linked for one in records),
        "apart": APART.of(taken_apart(customer), about=seen),
    }
    context = {
        "customer": customer, "tab": "sources", "provenance": said, "sources": table, "seen": version(customer, FIELDS),
        "may_rule": request.user.has_perm(RULES), **lists,
    }  # fmt: skip
    return render(request, "customers/page/sources.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def customer_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who did what; older ones a page further on."""
    customer = get_customer(request, pk)
    found = history(customer, request.user, request.GET.get("cursor", ""))
    table = HISTORY.of(found.changes, about=imports_of(found.changes, request.user), page=found.page)
    context = {"customer": customer, "tab": "history", "history": table, "is_continued": found.is_continued}
    return render(request, "customers/page/history.html", context)


def _shown_panels(request: HttpRequest, customer: Customer) -> list[tuple[str, str]]:
    """Title and rendered body of what other apps show of this customer to this user."""
    shown: list[tuple[str, str]] = []
    for panel in panels(request.user):
        context = panel.context(request, customer)
        if context is not None:
            shown.append((str(panel.title), render_to_string(panel.template, context, request=request)))
    return shown
