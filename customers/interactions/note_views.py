"""Notes and files of a customer: written, pinned, changed, brought, fetched, deleted and put back."""

from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.limits.limiting import limited
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.identity.holding import CustomerGone
from customers.interactions.attaching import (
    attach,
    delete_attachment,
    deleted_files,
    path_of,
    restore_attachment,
)
from customers.interactions.note_forms import FileForm, NewNoteForm, NoteForm
from customers.interactions.note_reads import customer_of, files_of, get_event, notes_of, with_files
from customers.interactions.note_tables import FILES
from customers.interactions.noting import add_note, change_note, delete_note, deleted_notes, pin_note, restore_note
from customers.models import Attachment, Customer, Note

WRITES, CHANGES = "customers.add_note", "customers.change_note"
BRINGS, DELETES = "customers.add_attachment", "customers.delete_attachment"


def _uploads(request: HttpRequest) -> bool:
    return bool(request.FILES)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def note_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes and files; with `?deleted=1` also what can be put back."""
    customer, user = get_customer(request, pk), signed_in(request)
    page = keyset_page(notes_of(customer, user), sort="-created_at", cursor=request.GET.get("cursor", ""), size=20)
    may_delete = user.has_perm(DELETES)
    kept = list(files_of(customer, user))
    with_files(page.rows, kept)
    files = FILES.of(kept, about=may_delete)
    deleted = _deleted(customer) if "deleted" in request.GET and may_delete and user.has_perm(CHANGES) else {}
    context = {"customer": customer, "tab": "notes", "notes": page, "files": files, **deleted}
    return render(request, "customers/interactions/notes/list.html", context)


def _deleted(customer: Customer) -> dict[str, object]:
    now = timezone.now()
    return {
        "shows_deleted": True,
        "deleted_notes": deleted_notes(customer, now=now),
        "deleted_files": deleted_files(customer, now=now),
    }


@require_http_methods(EDIT)
@permission_required(WRITES, raise_exception=True)
@limited("upload", when=_uploads)
def note_add(request: HttpRequest, pk: int) -> HttpResponse:
    customer, may_bring = get_customer(request, pk), request.user.has_perm(BRINGS)
    form = NewNoteForm(posted(request), request.FILES or None) if may_bring else NoteForm(posted(request))

    def save() -> Saved:
        said = {name: form.cleaned_data[name] for name in ("body", "is_pinned")}
        file = form.cleaned_data.get("file")
        note = add_note(customer=customer, by=signed_in(request), now=timezone.now(), file=file, **said)
        return Saved(message=_("Note kept."), to=note.customer)

    beside: Beside = {CustomerGone: "body", DomainError: "file"}
    context = {"customer": customer, "tab": "notes"}
    return edit_page(request, "customers/interactions/notes/note.html", form, save, context, beside=beside)


@require_http_methods(EDIT)
@permission_required(CHANGES, raise_exception=True)
def note_edit(request: HttpRequest, pk: int) -> HttpResponse:
    note = _get_note(request, pk)
    customer = get_customer(request, note.customer_id)
    form = NoteForm(posted(request), instance=_get_note(request, pk))

    def save() -> Saved:
        said = {name: form.cleaned_data[name] for name in ("body", "is_pinned", "seen")}
        change_note(note=note, by=signed_in(request), now=timezone.now(), **said)
        return Saved(message=_("Saved."), to=customer)

    context = {"customer": customer, "tab": "notes", "note": note}
    return edit_page(request, "customers/interactions/notes/note.html", form, save, context)


@require_POST
@permission_required(CHANGES, raise_exception=True)
def note_pin(request: HttpRequest, pk: int) -> HttpResponse:
    """`pinned`: 1 or nothing."""
    note = _get_note(request, pk)
    return _done(
        request, lambda: pin_note(note=note, is_pinned="pinned" in request.POST), _("Saved."), note.customer_id
    )


@require_POST
@permission_required(CHANGES, raise_exception=True)
def note_delete(request: HttpRequest, pk: int) -> HttpResponse:
    note = _get_note(request, pk)
    return _done(request, lambda: delete_note(note=note), _("Note deleted."), note.customer_id, shows_deleted=True)


@require_POST
@permission_required(CHANGES, raise_exception=True)
def note_restore(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, customer_of(Note, pk))
    event = get_event(deleted_notes(customer, now=timezone.now()), pk)
    return _done(request, lambda: restore_note(event=event), _("Note put back."), customer.pk)


@require_http_methods(EDIT)
@permission_required(BRINGS, raise_exception=True)
@limited("upload", when=_uploads)
def file_add(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk)
    form = FileForm(posted(request), request.FILES or None, limit_mb=settings.CRM_ATTACHMENT_MAX_MB)

    def save() -> Saved:
        by, file = signed_in(request), form.cleaned_data["file"]
        kept = attach(customer=customer, file=file, by=by, now=timezone.now())
        return Saved(message=_("%(name)s kept.") % {"name": kept.name}, to=_notes(kept.customer_id))

    beside: Beside = {DomainError: "file"}
    context = {"customer": customer, "tab": "notes"}
    return edit_page(request, "customers/interactions/notes/file.html", form, save, context, beside=beside)


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def file_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To be saved, never shown: whatever it holds, it runs in no page of ours."""
    attachment = _get_file(request, pk)
    path = path_of(attachment)
    if not path.is_file():
        raise Http404
    return StreamingHttpResponse(
        _read(path),
        content_type=attachment.content_type,
        headers={
            "Content-Length": str(attachment.size),
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=attachment.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _read(path: Path) -> Iterator[bytes]:
    """Opened when it is sent, closed whatever comes of that."""
    with path.open("rb") as opened:
        yield from iter(lambda: opened.read(64 * 1024), b"")


@require_http_methods(EDIT)
@permission_required(DELETES, raise_exception=True)
def file_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once."""
    attachment = _get_file(request, pk)
    customer = get_customer(request, attachment.customer_id)
    if "sure" not in request.POST:
        context = {"customer": customer, "tab": "notes", "file": attachment}
        status = DomainError.status if request.method == "POST" else 200
        return render(request, "customers/interactions/notes/delete_file.html", context, status=status)
    words = _("%(name)s deleted.") % {"name": attachment.name}
    return _done(request, lambda: delete_attachment(attachment=attachment), words, customer.pk, shows_deleted=True)


@require_POST
@permission_required(DELETES, raise_exception=True)
def file_restore(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, customer_of(Attachment, pk))
    event = get_event(deleted_files(customer, now=timezone.now()), pk)
    words = _("%(name)s put back.") % {"name": event.name}
    return _done(request, lambda: restore_attachment(event=event), words, customer.pk)


def _done(
    request: HttpRequest, write: Callable[[], object], words: str, customer_id: int, *, shows_deleted: bool = False
) -> HttpResponse:
    try:
        write()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect(f"{_notes(customer_id)}{'?deleted=1' if shows_deleted else ''}")


def _notes(customer_id: int) -> str:
    return reverse("customers:notes", args=[customer_id])


def _get_note(request: HttpRequest, pk: int) -> Note:
    return get_object_or_404(Note.objects.visible_to(request.user).select_related("customer"), pk=pk)


def _get_file(request: HttpRequest, pk: int) -> Attachment:
    return get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
