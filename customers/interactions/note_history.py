"""Who wrote, changed and deleted notes and files of a customer."""

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crm.common.audit.changes import Change
from crm.common.cells import url_of
from customers.interactions.noting import PUT_BACK_WITHIN
from customers.models import Attachment, Note
from customers.registry.history import of_events, told
from customers.registry.page import Happened, Reader

QUOTED: Final = 140


def of_note(row: Happened, reader: Reader) -> Change:
    words = {
        "insert": _("Note written: “%(note)s”"),
        "delete": _("Note deleted: “%(note)s”"),
    }.get(row.facts["label"]) or _of_changed_note(row.facts["before"], row.facts["after"] or {})
    note = {"note": Truncator(" ".join(row.facts["before"]["body"].split())).chars(QUOTED)}
    return told(row, words % note, undo_url=_undo_url(row, reader))


def _of_changed_note(before: dict[str, Any], after: dict[str, Any]) -> str:
    if before["customer_id"] != after["customer_id"]:
        return _("Note given to another customer: “%(note)s”")
    if before["body"] != after["body"]:
        return _("Note changed; before: “%(note)s”")
    if before["is_pinned"] != after["is_pinned"]:
        return _("Note pinned: “%(note)s”") if after["is_pinned"] else _("Note no longer pinned: “%(note)s”")
    return _("Note touched: “%(note)s”")


def of_file(row: Happened, reader: Reader) -> Change:
    words = {
        "insert": _("File added: %(name)s"),
        "delete": _("File deleted: %(name)s"),
    }.get(row.facts["label"]) or _of_changed_file(row.facts["before"], row.facts["after"] or {})
    return told(row, words % {"name": row.facts["before"]["name"]}, undo_url=_undo_url(row, reader))


def _of_changed_file(before: dict[str, Any], after: dict[str, Any]) -> str:
    if before["customer_id"] != after["customer_id"]:
        return _("File given to another customer: %(name)s")
    if before["note_id"] != after["note_id"]:
        has_note = after["note_id"] is not None
        return _("File with its note again: %(name)s") if has_note else _("File kept without its note: %(name)s")
    return _("File touched: %(name)s")


def _undo_url(row: Happened, reader: Reader) -> str:
    """The tab *Notes and files* offers it to who may change the one and delete the other."""
    if row.facts["label"] != "delete" or row.facts["is_there"] or not row.facts["is_last"]:
        return ""
    may = reader.has_perm("customers.change_note") and reader.has_perm("customers.delete_attachment")
    is_open = may and timezone.now() - row.at < PUT_BACK_WITHIN - timedelta(seconds=5)
    return f"{url_of('customers:notes', row.facts['before']['customer_id'])}?deleted=1" if is_open else ""


NOTES: Final = of_events(Note, of_note)
FILES: Final = of_events(Attachment, of_file)
