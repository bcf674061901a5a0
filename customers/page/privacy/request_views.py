"""Requests: the list of them, one of them, its second step, its files."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.identity.privacy import asking, exporting
from customers.identity.privacy.alike import others_like
from customers.identity.privacy.previewing import preview
from customers.identity.privacy.subjects import subject_of
from customers.identity.privacy.tasks import queue
from customers.models import PrivacyRequest
from customers.page.privacy.forms import ConfirmForm
from customers.page.privacy.sentences import LOOK, counts, progress
from customers.page.privacy.tables import COUNTS, HELD, REQUESTS
from customers.page.privacy.views import VIEW
from customers.querysets.privacy import ERASES, EXPORTS

FILES = {
    exporting.JSON: "application/json",
    exporting.PDF: "application/pdf",
    exporting.ZIP: "application/zip",
}


@require_GET
@permission_required((VIEW, EXPORTS), raise_exception=True)
def privacy_requests(request: HttpRequest) -> HttpResponse:
    rows = PrivacyRequest.objects.visible_to(request.user).select_related("asked_by", "confirmed_by")
    page = keyset_page(rows, sort="-pk", cursor=request.GET.get("cursor", ""))
    context = {"requests": REQUESTS.of(page.rows, page=page)}
    return render(request, "customers/page/privacy/requests.html", context)


@require_GET
@permission_required((VIEW, EXPORTS), raise_exception=True)
def privacy_request(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "customers/page/privacy/request.html", _about(request, _get(request, pk)))


@require_GET
@permission_required((VIEW, EXPORTS), raise_exception=True)
def privacy_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar's next state; at the end the page is loaded anew to show the result."""
    asked = _get(request, pk)
    response = render(request, "customers/page/privacy/progress.html", _about(request, asked))
    if not progress(asked).running:
        response.headers["HX-Refresh"] = "true"
    return response


@require_http_methods(EDIT)
@permission_required((VIEW, ERASES), raise_exception=True)
def privacy_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second step: whoever types the person's number has them erased."""
    asked = _get(request, pk)
    if request.method != "POST" and asked.state != PrivacyRequest.State.ASKED:
        return redirect("customers:privacy_request", pk)
    subject = subject_of(asked)
    form = ConfirmForm(posted(request), number=subject.number)

    def save() -> Saved:
        number = form.cleaned_data["number"]
        queue(asking.confirm_erasure(request=asked, number=number, by=signed_in(request), now=timezone.now()))
        return Saved(to=reverse("customers:privacy_request", args=[asked.pk]))

    context = {
        **_about(request, asked),
        "subject": subject,
        "customer": subject.customer,
        "held": HELD.of(preview(subject)),
        "alike": others_like(subject, reader=request.user),
    }
    beside: Beside = {asking.WrongNumber: "number"}
    return edit_page(request, "customers/page/privacy/confirm.html", form, save, context, beside=beside)


@require_POST
@permission_required((VIEW, ERASES), raise_exception=True)
def privacy_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        asking.withdraw(request=_get(request, pk), by=signed_in(request), now=timezone.now())
        messages.success(request, _("Withdrawn. Nothing was erased."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("customers:privacy_request", pk)


@require_POST
@permission_required((VIEW, ERASES), raise_exception=True)
def privacy_again(request: HttpRequest, pk: int) -> HttpResponse:
    """What has failed is taken up from where it was."""
    try:
        queue(asking.try_again(request=_get(request, pk), by=signed_in(request)))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("customers:privacy_request", pk)


@require_POST
@permission_required((VIEW, ERASES), raise_exception=True)
def privacy_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The person may be entered, and come by files, again."""
    try:
        asking.let_come_again(request=_get(request, pk), by=signed_in(request), now=timezone.now())
        messages.success(request, _("From now on they may come again. What was erased stays erased."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("customers:privacy_request", pk)


@require_GET
@permission_required((VIEW, EXPORTS), raise_exception=True)
def privacy_file(request: HttpRequest, pk: int, name: str) -> FileResponse:
    """For whoever asked for it, as long as it is kept; each download leaves a row."""
    asked = _get(request, pk)
    is_theirs = asked.asked_by_id == signed_in(request).pk
    path = exporting.find_file(asked, name, now=timezone.now()) if is_theirs else None
    if path is None:
        raise Http404(_("The file is no longer there."))
    record(what="privacy.download", by=signed_in(request), details={"request": asked.pk, "file": name})
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=FILES[name])


def _get(request: HttpRequest, pk: int) -> PrivacyRequest:
    found = PrivacyRequest.objects.visible_to(request.user).select_related("asked_by", "confirmed_by")
    return get_object_or_404(found, pk=pk)


def _about(request: HttpRequest, asked: PrivacyRequest) -> dict[str, Any]:
    colour, symbol = LOOK[PrivacyRequest.State(asked.state)]
    is_theirs, now = asked.asked_by_id == signed_in(request).pk, timezone.now()
    return {
        "asked": asked,
        "colour": colour,
        "symbol": symbol,
        "progress": progress(asked),
        "counts": COUNTS.of(found) if (found := counts(asked)) else None,
        "files": [name for name in FILES if is_theirs and exporting.find_file(asked, name, now=now)],
        "expires_at": exporting.expires_at(asked),
        "may_erase": request.user.has_perm(ERASES),
        "may_return": asked.what == "erase" and asked.state == "done" and asked.returned_at is None,
    }
