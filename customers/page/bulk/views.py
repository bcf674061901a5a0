"""Do something to many rows of a list: say to how many, do it, watch it, take it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.limits.limiting import limited
from crm.common.saving import EDIT, Saved, edit_page
from crm.common.xlsx_files import CONTENT_TYPE
from customers.models import BulkJob
from customers.page.bulk import files, running
from customers.page.bulk.selection_filters import Selection, in_brief, rows_of
from customers.page.bulk.sentences import LOOK, progress, result, say
from customers.page.bulk.tasks import queue
from customers.registry.bulk import Action, UnknownAction, get_action


def _asked(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _counts(request: HttpRequest) -> bool:
    return bool(_asked(request).get("query"))


def _begins_export(request: HttpRequest) -> bool:
    return "confirmed" in request.POST and request.POST.get("action") in ("export", "task_export")


@require_http_methods(EDIT)
@permission_required("customers.view_customer", raise_exception=True)
@limited("search", when=_counts)
@limited("export", when=_begins_export)
def bulk(request: HttpRequest) -> HttpResponse:
    return _begin(request, of="customers")


@require_http_methods(EDIT)
@permission_required("customers.view_task", raise_exception=True)
@limited("search", when=_counts)
@limited("export", when=_begins_export)
def task_bulk(request: HttpRequest) -> HttpResponse:
    return _begin(request, of="tasks")


def _begin(request: HttpRequest, *, of: str) -> HttpResponse:
    """What is to be done to how many, and what it has to know: `action`, and `ids` (repeated) or `query`, that of the
    list. Nothing is done before it is `confirmed`.
    """
    asked = _asked(request)
    action, selection, user = _action(request, asked, of), _selection(asked), signed_in(request)
    confirmed = request.method == "POST" and "confirmed" in asked
    form = action.form(asked if confirmed else None, by=user, initial=asked.dict())
    found = rows_of(action.subject, selection, user)

    def save() -> Saved:
        with transaction.atomic():
            job = running.begin(
                action=action.key, parameters=form.parameters(), rows=found, selection=in_brief(selection), by=user
            )
            queue(job)
        return Saved(to=reverse("customers:bulk_job", args=[job.pk]))

    count = found.count()
    whom = say(action.subject.words.many, count)
    context = {"action": action, "form": form, "count": count, "whom": whom, **_again(action, asked)}
    template = "customers/page/bulk/confirm.html"
    return edit_page(request, template, form, save, context) if confirmed else render(request, template, context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def bulk_job(request: HttpRequest, pk: int) -> HttpResponse:
    job = _get_job(request, pk)
    action = get_action(job.action)
    colour, symbol = LOOK[BulkJob.State(job.state)]
    may_undo = action.undo and job.changed and request.user.has_perm(action.permission)
    context = {
        "job": job,
        "action": action,
        "back": reverse(action.subject.page.url_name),
        "whom": say(action.subject.words.many, job.total or 0),
        "chosen": action.words(job.parameters),
        "colour": colour,
        "symbol": symbol,
        "progress": progress(job),
        "result": result(job),
        "may_undo": may_undo and job.state in (BulkJob.State.DONE, BulkJob.State.FAILED),
        "file": _may_have(request, job) and files.find_file(job, now=timezone.now()),
        "expires_at": files.expires_at(job),
    }
    return render(request, "customers/page/bulk/job.html", context)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def bulk_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar's next state; at the end the page is loaded anew to show the result."""
    job = _get_job(request, pk)
    now = progress(job)
    response = render(request, "customers/page/bulk/progress.html", {"job": job, "progress": now})
    if not now.running:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@permission_required("customers.view_customer", raise_exception=True)
def bulk_undo(request: HttpRequest, pk: int) -> HttpResponse:
    job = _get_job(request, pk)
    try:
        running.undo(job=job, by=signed_in(request))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        queue(job)
    return redirect("customers:bulk_job", job.pk)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@permission_required("customers.export_customer", raise_exception=True)
@limited("export")
def bulk_file(request: HttpRequest, pk: int) -> FileResponse:
    """For whoever asked for it, as long as it is kept."""
    job = _get_job(request, pk)
    path = files.find_file(job, now=timezone.now()) if _may_have(request, job) else None
    if path is None:
        raise Http404(_("The file is no longer there."))
    kind = CONTENT_TYPE if path.suffix == ".xlsx" else "text/csv; charset=utf-8"
    name = f"{get_action(job.action).of}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)


def _action(request: HttpRequest, asked: QueryDict, of: str) -> Action:
    try:
        action = get_action(asked.get("action", ""))
    except UnknownAction as error:
        raise Http404 from error
    if action.of != of:
        raise Http404
    if not request.user.has_perm(action.permission):
        raise PermissionDenied
    return action


def _selection(asked: QueryDict) -> Selection:
    """All of a list where its query is there, even an empty one."""
    if "query" in asked:
        return {"query": asked.get("query", "").lstrip("?")}
    return {"ids": [int(pk) for pk in asked.getlist("ids") if pk.isdecimal() and len(pk) < 19]}


def _again(action: Action, asked: QueryDict) -> dict[str, Any]:
    """What the confirmation sends once more, and to where; and where one came from."""
    selection, page = _selection(asked), action.subject.page
    back = f"{reverse(page.url_name)}?{selection.get('query', '')}"
    return {"selection": selection, "url": reverse(page.bulk_url_name), "back": back}


def _may_have(request: HttpRequest, job: BulkJob) -> bool:
    return job.created_by_id == request.user.pk and request.user.has_perm("customers.export_customer")


def _get_job(request: HttpRequest, pk: int) -> BulkJob:
    return get_object_or_404(BulkJob.objects.visible_to(request.user).select_related("created_by"), pk=pk)
