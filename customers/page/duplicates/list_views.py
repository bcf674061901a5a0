"""The proposals as a list, of which many are merged at once; and who decided what."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.paging import keyset_page
from crm.common.saving import EDIT
from customers.identity.reviewing.queue import decided, open_count
from customers.identity.reviewing.running import MAY, begin_merge
from customers.identity.reviewing.tasks import queue
from customers.models import BANDS, Customer
from customers.page.duplicates.reading import Asked, page_of_proposals, rows_of
from customers.page.duplicates.tables import DECISIONS, PROPOSALS
from customers.page.duplicates.views import VIEW

CERTAIN = "certain"
"""What may be merged without a look at each."""


@require_http_methods(EDIT)
@permission_required((VIEW, MAY), raise_exception=True)
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """`ids` (repeated), or with `query` all that are almost certain, are merged by a job."""
    asked = Asked.of(request.GET)
    if request.method == "POST":
        return _merge(request, asked)
    rows, page = page_of_proposals(reader=request.user, asked=asked, cursor=request.GET.get("cursor", ""))
    table = PROPOSALS.of(rows, page=page)
    count = open_count(reader=request.user, narrowing=asked.narrowing)
    context = {
        "asked": asked,
        "proposals": table.arranged(table.columns, is_selected=bool(rows)),
        "count": count,
        "may_all": asked.narrowing.band == CERTAIN and not asked.narrowing.is_later and count,
        "bands": [(key, words) for key, (_least, _below, words) in BANDS.items()],
        "kinds": Customer.Kind.choices,
    }
    return render(request, "customers/page/duplicates/list.html", context)


def _merge(request: HttpRequest, asked: Asked) -> HttpResponse:
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal() and len(pk) < 19]
    try:
        if "query" in request.POST:
            run = begin_merge(by=signed_in(request), band=CERTAIN, kind=asked.narrowing.kind)
        else:
            run = begin_merge(by=signed_in(request), ids=ids)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('customers:duplicate_list')}?{asked.query()}")
    queue(run)
    return redirect("customers:duplicate_run", run.pk)


@require_GET
@permission_required((VIEW, MAY), raise_exception=True)
def duplicates_decided(request: HttpRequest) -> HttpResponse:
    """Who decided what, the last first."""
    page = keyset_page(decided(reader=request.user), sort="-decided_at", cursor=request.GET.get("cursor", ""))
    context = {"decisions": DECISIONS.of(rows_of(page.rows, reader=request.user), page=page)}
    return render(request, "customers/page/duplicates/decided.html", context)
