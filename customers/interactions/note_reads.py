"""Notes and files as the pages of a customer find them."""

from typing import Any

from django.db import models
from django.http import Http404

from accounts.access import Reader
from customers.models import Attachment, Customer, Note
from customers.querysets.notes import AttachmentQuerySet, NoteQuerySet


def notes_of(customer: Customer, reader: Reader) -> NoteQuerySet[Note]:
    return Note.objects.visible_to(reader).filter(customer=customer).select_related("created_by")


def files_of(customer: Customer, reader: Reader) -> AttachmentQuerySet[Attachment]:
    """The newest first; a customer has at most a few hundred."""
    rows = Attachment.objects.visible_to(reader).filter(customer=customer).select_related("added_by")
    return rows.order_by("-added_at", "-pk")


def with_files(notes: list[Any], files: list[Attachment]) -> list[Any]:
    """Each note with `files`, those of the customer's that are its own."""
    for note in notes:
        note.files = [file for file in files if file.note_id == note.pk]
    return notes


def get_event(found: list[Any], pk: int) -> Any:
    """Of the deletions that can be put back, that of the row; 404 where there is none."""
    for event in found:
        if event.pgh_obj_id == pk:
            return event
    raise Http404


def customer_of(model: type[models.Model], pk: int) -> int:
    """Whose a deleted row was, by its last event; 0 where there was none."""
    events = model.pgh_event_model._default_manager.filter(pgh_obj_id=pk, pgh_label="delete")  # type: ignore[attr-defined] # noqa: SLF001 (Django's documented name)
    return events.order_by("-pgh_id").values_list("customer_id", flat=True).first() or 0
