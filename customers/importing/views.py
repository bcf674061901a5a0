"""Bring a file in: upload, map its columns, watch it go in, look at what came out."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from accounts.list_views import open_list
from crm.common.audit.recording import record
from crm.common.csv_files import csv_download
from crm.common.errors import DomainError
from crm.common.limits.limiting import limited
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.importing import batches, previewing, queueing, rejects, uploads
from customers.importing.forms import MappingForm, UploadForm
from customers.importing.progress import LOOK, REJECTS_SHOWN, last_mapping, progress
from customers.importing.registry import get_spec
from customers.importing.tables import IMPORT_LIST, NO_IMPORT_FITS, PARKED, PREVIEW, REJECTS
from customers.models import ImportBatch, ParkedRow


def _uploads(request: HttpRequest) -> bool:
    return request.method == "POST"


@require_GET
@permission_required("customers.import_data", raise_exception=True)
def import_list(request: HttpRequest) -> HttpResponse:
    state = open_list(request, IMPORT_LIST)
    if state.redo:
        return HttpResponseRedirect(state.redo)
    batches = state.narrow(ImportBatch.objects.visible_to(request.user).select_related("system", "created_by"))
    page = keyset_page(batches, sort=state.order, cursor=request.GET.get("cursor", ""), size=25)
    context = {
        "state": state,
        "imports": state.fill(page.rows, page=page, empty=NO_IMPORT_FITS if state.is_narrowed else None),
        "has_parked": ParkedRow.objects.visible_to(request.user).exists(),
    }
    return render(request, "customers/importing/imports.html", context)


@require_http_methods(EDIT)
@permission_required("customers.import_data", raise_exception=True)
@limited("upload", when=_uploads)
def import_new(request: HttpRequest) -> HttpResponse:
    form = UploadForm(posted(request), request.FILES or None)

    def save() -> Saved:
        system = batches.find_or_make_system(name=form.cleaned_data["source"])
        batch = batches.create_batch(
            file=form.cleaned_data["file"], system=system, kind=form.cleaned_data["kind"], by=signed_in(request)
        )
        return Saved(to=reverse("customers:import_map", args=[batch.pk]))

    beside: Beside = {batches.BadSourceName: "source", DomainError: "file"}
    return edit_page(request, "customers/importing/import_new.html", form, save, beside=beside)


@require_http_methods(EDIT)
@permission_required("customers.import_data", raise_exception=True)
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column says what; a format of its own (a queue log) has nothing to map and starts at the press of Run."""
    batch = _get_batch(request, pk)
    if batch.state != ImportBatch.State.UPLOADED:
        return redirect("customers:import_detail", batch.pk)
    try:
        preview = previewing.preview(batch=batch)
    except DomainError as error:
        return _no_preview(request, batch, error)
    maps = not get_spec(batch.kind).read
    form = MappingForm(posted(request), preview=preview, earlier=last_mapping(batch) if maps else {})

    def save() -> Saved:
        mapping, dry_run = form.mapping() if maps else {}, form.cleaned_data["dry_run"]
        queueing.queue(batch=batch, mapping=mapping, dry_run=dry_run, headers=preview.headers)
        return Saved(to=reverse("customers:import_detail", args=[batch.pk]))

    first_rows = PREVIEW.of(preview.rows, about=preview.headers)
    context = {"batch": batch, "preview": preview, "preview_table": first_rows, "maps": maps}
    return edit_page(request, "customers/importing/import_map.html", form, save, context)


def _no_preview(request: HttpRequest, batch: ImportBatch, error: DomainError) -> HttpResponse:
    busy = isinstance(error, previewing.TooBusy)
    context = {"batch": batch, "problem": str(error), "busy": busy}
    response = render(request, "customers/importing/import_map.html", context, status=503 if busy else 422)
    if busy:
        response.headers["Retry-After"] = "5"
    return response


@require_GET
@permission_required("customers.import_data", raise_exception=True)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _get_batch(request, pk)
    if batch.state == ImportBatch.State.UPLOADED:
        return redirect("customers:import_map", batch.pk)
    colour, symbol = LOOK[ImportBatch.State(batch.state)]
    rejected = list(batch.rejects.order_by("line", "pk")[:REJECTS_SHOWN]) if batch.rejected else []
    context = {
        "batch": batch,
        "colour": colour,
        "symbol": symbol,
        "progress": progress(batch),
        "is_deleted": uploads.is_deleted(batch),
        "rejects": REJECTS.of(rejected),
    }
    return render(request, "customers/importing/import_detail.html", context)


@require_GET
@permission_required("customers.import_data", raise_exception=True)
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar's next state; at the end the page is loaded anew to show the result."""
    batch = _get_batch(request, pk)
    now = progress(batch)
    response = render(request, "customers/importing/import_progress.html", {"batch": batch, "progress": now})
    if not now.running:
        response.headers["HX-Refresh"] = "true"
    return response


@require_GET
@permission_required("customers.import_data", raise_exception=True)
@limited("export")
def import_rejects(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    batch = _get_batch(request, pk)
    record(what="imports.rejects", by=request.user, count=batch.rejected, details={"import": batch.pk})
    return csv_download(rejects.reject_rows(batch=batch), filename=f"rejects-{batch.pk}.csv")


@require_GET
@permission_required("customers.import_data", raise_exception=True)
def parked(request: HttpRequest) -> HttpResponse:
    """Rows that wait for another, with what they wait for."""
    rows = ParkedRow.objects.visible_to(request.user).select_related("system", "waits_for_system", "batch")
    page = keyset_page(rows, sort="-pk", cursor=request.GET.get("cursor", ""))
    return render(request, "customers/importing/parked.html", {"parked": PARKED.of(page.rows, page=page)})


def _get_batch(request: HttpRequest, pk: int) -> ImportBatch:
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("system"), pk=pk)
