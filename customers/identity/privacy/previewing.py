"""What an export would hold, and what an erase would take and leave: counts by table, before anything is done."""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from customers.identity.privacy import blanking
from customers.identity.privacy.subjects import Subject
from customers.registry.personal import Holding, holdings


@dataclass(frozen=True, kw_only=True)
class Line:
    """`becomes`: what an erase makes of the rows, in words."""

    label: str
    count: int
    becomes: str


def preview(subject: Subject) -> list[Line]:
    """Of what an export shows and there is any of; one count a table, by the index on its customer."""
    lines = []
    with connection.cursor() as cursor:
        for holding in holdings():
            whose = holding.whose(is_contact=subject.is_contact)
            if whose and holding.exported and (found := blanking.count(cursor, holding, whose, subject.ids)):
                lines.append(Line(label=holding.label, count=found, becomes=_becomes(holding)))
    if subject.absorbed:
        label, becomes = _("customers who have become one with them"), _("erased, too; cannot be taken apart again")
        lines.append(Line(label=label, count=len(subject.absorbed), becomes=becomes))
    return lines


def _becomes(holding: Holding) -> str:
    if holding.goes:
        return _("deleted")
    return _("kept without what names them") if holding.blanks else _("kept: numbers and days, no name")
