"""Notes: what is worth knowing of a customer that no contact brought."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.core.files.base import File
from django.db import transaction
from django.db.models import OuterRef, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils.translation import gettext as _

from accounts.domain.notices import Data, tell
from accounts.models import User
from crm.common import versions
from crm.common.audit.restoring import NothingToPutBack, as_it_was, deletions
from crm.common.errors import DomainError
from crm.common.retrying import retried
from customers.identity.holding import hold, refuse_erased
from customers.interactions.attaching import attach
from customers.interactions.mentions import mentioned
from customers.models import Attachment, Customer, Note

COMPARED: Final = ("body", "is_pinned")
PUT_BACK_WITHIN: Final = timedelta(days=30)
QUOTED: Final = 140
PINNED_READ: Final = 20


class NoteGone(DomainError):
    """It was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has deleted this note meanwhile."))


def add_note(
    *, customer: Customer, body: str, by: User, now: datetime, is_pinned: bool = False,
    file: "File[bytes] | None" = None,
) -> Note:  # fmt: skip
    """A note, with a file if there is one: both or neither. Tells the colleagues it names.

    With a customer who becomes one with another meanwhile it is the other's. Raises CustomerGone, and as `attach`.
    """
    with transaction.atomic():
        theirs = hold(customer)
        note = Note.objects.create(
            customer=theirs, body=body.strip(), is_pinned=is_pinned, created_by=by, created_at=now
        )
        _tell(note, by, now)
        if file is not None:
            attach(customer=theirs, file=file, by=by, now=now, note=note)
    return note


@retried
def change_note(*, note: Note, body: str, is_pinned: bool, by: User, now: datetime, seen: str | None = None) -> Note:
    """Tells those it names and did not name before. Raises ChangedMeanwhile unless it is as `seen`, NoteGone."""
    with transaction.atomic():
        current = Note.objects.select_for_update(no_key=True).filter(pk=note.pk).first()
        versions.check_seen(current, seen, COMPARED)
        if current is None:
            raise NoteGone
        if (current.body, current.is_pinned) == (body.strip(), is_pinned):
            return current
        if current.body != body.strip():
            current.body, current.edited_at = body.strip(), now
            _tell(current, by, now)
        current.is_pinned = is_pinned
        current.save()
    return current


@retried
def pin_note(*, note: Note, is_pinned: bool) -> None:
    """Above the timeline, or no longer. Raises NoteGone."""
    if not Note.objects.filter(pk=note.pk).update(is_pinned=is_pinned):
        raise NoteGone


@retried
def delete_note(*, note: Note) -> None:
    """Its files stay with the customer."""
    Note.objects.filter(pk=note.pk).delete()


@retried
def restore_note(*, event: Any) -> Note:
    """As it was when it was deleted, with the files it had.

    Raises NothingToPutBack where its customer is gone, PersonErased where they were erased, also while we waited.
    """
    with transaction.atomic():
        theirs = Customer.objects.select_for_update(no_key=True).filter(pk=event.customer_id).first()
        if theirs is None:
            raise NothingToPutBack
        refuse_erased(theirs)
        note = as_it_was(Note, event)
        note.save(force_insert=True)
        _give_back(note, event)
    return note


def _give_back(note: Note, event: Any) -> None:
    """The files that lost it in the moment it was deleted, those that are still there and belong to no other."""
    lost = Attachment.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        note_id=note.pk, pgh_label="update", pgh_created_at=event.pgh_created_at
    )
    theirs = Attachment.objects.filter(pk__in=lost.values("pgh_obj_id"), customer=note.customer_id, note=None)
    theirs.update(note=note)


def pinned_list() -> ArraySubquery:
    """An annotation of customers: their pinned notes as {id, body, by}, the newest first; an index of their own."""
    rows = Note.objects.filter(customer=OuterRef("pk"), is_pinned=True).order_by("-created_at", "-pk")
    by = Coalesce(NullIf("created_by__name", Value("")), "created_by__email")
    return ArraySubquery(rows.values(one=JSONObject(id="id", body="body", by=by))[:PINNED_READ])


def deleted_notes(customer: Customer, *, now: datetime) -> list[Any]:
    """The events of those that can be put back."""
    return list(deletions(Note, since=now - PUT_BACK_WITHIN).filter(customer_id=customer.pk)[:50])


def in_words(data: Data) -> str:
    """As the bell says it."""
    words = _("%(by)s named you in a note on %(customer)s: %(text)s")
    return words % {name: data.get(name, "") for name in ("by", "customer", "text")}


def _tell(note: Note, by: User, now: datetime) -> None:
    """Colleagues who may see the customer; each once a note."""
    named = [user.pk for user in mentioned(note.body) if user.pk != by.pk and user.has_perm("customers.view_customer")]
    if named:
        data = {"by": str(by), "customer": note.customer.name, "text": note.body[:QUOTED]}
        tell(
            user_ids=named, kind="mention", key=f"note:{note.pk}", now=now, data=data, customer_id=note.customer_id,
            url=note.customer.get_absolute_url(),
        )  # fmt: skip
