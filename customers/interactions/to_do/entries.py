"""Tasks that were done, as entries of a customer's timeline."""

from typing import Final

from django.utils.translation import gettext as _

from crm.common.cells import url_of
from customers.registry.page import EntryRows, Happened, Reader, TimelineEntry


def entry(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="checkbox",
        colour="teal",
        title=_("Task done: %(what)s") % {"what": facts["what"]},
        text=facts["notes"],
        notes=(_("by %(name)s") % {"name": facts["done_by"]},) if facts["done_by"] else (),
        url=url_of("customers:task", row.pk),
    )


ROWS: Final = EntryRows(
    table="customers_task f",
    at="f.done_at",
    where="f.done_at IS NOT NULL",
    facts={"what": "f.what", "notes": "f.notes", "done_by": "coalesce(nullif(doer.name, ''), doer.email)"},
    joins="LEFT JOIN accounts_user doer ON doer.id = f.done_by_id",
    found="f.what ILIKE %(pattern)s OR f.notes ILIKE %(pattern)s",
    entry=entry,
)
