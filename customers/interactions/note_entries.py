"""Notes and files as entries of a customer's timeline."""

from typing import Final

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from crm.common.cells import url_of
from customers.registry.page import EntryAction, EntryRows, Happened, Reader, TimelineEntry

SYMBOLS: Final = {"image": "photo", "audio": "volume", "message": "mail", "text": "file-text"}


def symbol_of(content_type: str) -> str:
    return SYMBOLS.get(content_type.partition("/")[0], "paperclip")


def note(row: Happened, reader: Reader) -> TimelineEntry:
    facts = row.facts
    notes = (facts["by"], _("pinned") if facts["is_pinned"] else "", _("edited") if facts["is_edited"] else "")
    edit = EntryAction(label=_("Edit"), url=url_of("customers:note", row.pk), icon="edit")
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="note",
        colour="yellow",
        title=_("Note"),
        text=facts["body"],
        notes=tuple(one for one in notes if one),
        actions=(edit,) if reader.has_perm("customers.change_note") else (),
    )


NOTES: Final = EntryRows(
    table="customers_note f",
    at="f.created_at",
    facts={
        "body": "f.body",
        "is_pinned": "f.is_pinned",
        "is_edited": "f.edited_at IS NOT NULL",
        "by": "coalesce(nullif(author.name, ''), author.email)",
    },
    joins="LEFT JOIN accounts_user author ON author.id = f.created_by_id",
    found="f.body ILIKE %(pattern)s",
    entry=note,
)


def file(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon=symbol_of(facts["content_type"]),
        colour="secondary",
        title=facts["name"],
        notes=tuple(one for one in (filesizeformat(facts["size"]), facts["by"]) if one),
        url=url_of("customers:file", row.pk),
    )


FILES: Final = EntryRows(
    table="customers_attachment f",
    at="f.added_at",
    facts={
        "name": "f.name",
        "size": "f.size",
        "content_type": "f.content_type",
        "by": "coalesce(nullif(author.name, ''), author.email)",
    },
    joins="LEFT JOIN accounts_user author ON author.id = f.added_by_id",
    found="f.name ILIKE %(pattern)s",
    entry=file,
)
