"""Files kept with a customer: stored under random names in a folder of ours, listed under their own."""

import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.restoring import NothingToPutBack, as_it_was, deletions
from crm.common.errors import DomainError
from crm.common.files import is_older
from crm.common.retrying import retried
from customers.identity.holding import hold, refuse_erased
from customers.importing import uploads
from customers.interactions.sniffing import sniff
from customers.models import Attachment, Customer, Interaction, Note

MOST_OF_ONE: Final = 500
PUT_BACK_WITHIN: Final = timedelta(days=30)
UNFINISHED: Final = timedelta(days=1)
LONGEST: Final = 255


class EmptyFile(DomainError):
    """There is nothing in it."""


class TooManyFiles(DomainError):
    """A customer has as many as one list can show."""


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "attachments"


def path_of(attachment: Attachment) -> Path:
    return folder() / attachment.stored


def attach(
    *, customer: Customer, file: "File[bytes]", by: User, now: datetime, note: Note | None = None,
    interaction: Interaction | None = None,
) -> Attachment:  # fmt: skip
    """Keep a file with a customer, for whoever may see them.

    Raises `EmptyFile`, `FileTooLarge`, `NotKept`, `SaysOtherwise`, `TooManyFiles`, `NoSpace`, CustomerGone; then
    nothing of it is kept.
    """
    if not file.size:
        raise EmptyFile(_("The file is empty."))
    uploads.check_size(file, settings.CRM_ATTACHMENT_MAX_MB)
    name = safe_name(file.name or "")
    said = {"name": name, "content_type": sniff(file, name), "size": file.size, "digest": _digest(file)}
    path = uploads.keep(file, folder())
    try:
        with transaction.atomic():
            theirs = hold(customer)
            _check_count(theirs)
            return Attachment.objects.create(
                customer=theirs, note=note, interaction=interaction, stored=path.name, added_by=by, added_at=now, **said
            )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _check_count(customer: Customer) -> None:
    if Attachment.objects.filter(customer=customer).count() >= MOST_OF_ONE:
        raise TooManyFiles(_("This customer has %(most)d files already.") % {"most": MOST_OF_ONE})


@retried
def delete_attachment(*, attachment: Attachment) -> None:
    """Its file stays for thirty days, in case it is put back."""
    Attachment.objects.filter(pk=attachment.pk).delete()


@retried
def restore_attachment(*, event: Any) -> Attachment:
    """As it was when it was deleted; raises NothingToPutBack where its file or its customer is gone, PersonErased."""
    with transaction.atomic():
        attachment = as_it_was(Attachment, event)
        theirs = Customer.objects.select_for_update(no_key=True).filter(pk=attachment.customer_id).first()
        if theirs is None or not path_of(attachment).is_file():
            raise NothingToPutBack
        refuse_erased(theirs)
        attachment.note = Note.objects.filter(pk=attachment.note_id or 0).first()
        attachment.interaction = Interaction.objects.filter(pk=attachment.interaction_id or 0).first()
        attachment.save(force_insert=True)
    return attachment


def delete_files(*, now: datetime) -> int:
    """Delete files whose row was deleted thirty days ago, and those that never had one; returns how many."""
    done = 0
    for path in _without_a_row():
        left = _left_at(path)
        if left < now - PUT_BACK_WITHIN if left else is_older(path, now - UNFINISHED):
            path.unlink(missing_ok=True)
            done += 1
    return done


def _without_a_row() -> Iterator[Path]:
    for path in sorted(folder().glob("*")):
        if path.is_file() and not Attachment.objects.filter(stored=path.name).exists():
            yield path


def _left_at(path: Path) -> datetime | None:
    """When its row was deleted; None where there never was one."""
    events = Attachment.pgh_event_model.objects.filter(pgh_label="delete", stored=path.name)  # type: ignore[attr-defined]
    return events.order_by("-pgh_created_at").values_list("pgh_created_at", flat=True).first()  # type: ignore[no-any-return]


def deleted_files(customer: Customer, *, now: datetime) -> list[Any]:
    """The events of those that can be put back."""
    return list(deletions(Attachment, since=now - PUT_BACK_WITHIN).filter(customer_id=customer.pk)[:50])


def safe_name(name: str) -> str:
    """The last part of a path, without control characters and those that turn the direction of writing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(one for one in last if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return (plain or "file")[:LONGEST]
    return f"{stem[: LONGEST - len(ending) - 1]}.{ending}"[-LONGEST:]


def _digest(file: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
