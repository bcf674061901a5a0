"""Who says what of a customer, and who changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.audit.changes import Change
from crm.common.cells import dimmed, lines, link, link_if, note, strong, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, clock, dated
from crm.common.templatetags.look import icon
from customers.identity.provenance import Said
from customers.models import SourceRecord

FieldRow = tuple[str, list[Said]]


def kept_row(row: FieldRow) -> FieldRow:
    """A column of the files that fills no field, as it stands among those that do."""
    column, said = row
    return format_html("{} {}", column, note(gettext("kept as it came, not used"))), said


def _field(row: FieldRow) -> object:
    return row[0] if hasattr(row[0], "__html__") else capfirst(row[0])


def _sources(records: Sequence[SourceRecord]) -> tuple[Column[FieldRow], ...]:
    fields: Column[FieldRow] = Column(key="field", title=_("Field"), cell=_field)
    return (fields, *(_source(record, at) for at, record in enumerate(records)))


def _source(record: SourceRecord, at: int) -> Column[FieldRow]:
    return Column(
        key=str(record.pk),
        title=str(record.system),
        note=format_html("{} · {}", record.external_id, ago(record.changed_at)),
        cell=lambda row: _said(row[1][at]),
    )


def _said(one: Said) -> object:
    fault = note(one.fault) if one.fault else ""
    if one.won:
        return together(strong(one.value), icon("check", gettext("this source won")), fault)
    return together(dimmed(one.value), fault)


SOURCES = Table[FieldRow, Sequence[SourceRecord]](
    key="identity.sources",
    caption=_("Who says what"),
    columns=_sources,
    stacked=False,
    empty=Empty(
        title=_("No source speaks of this customer"),
        text=_("It was typed in before sources were recorded."),
        icon="database",
    ),
)


def _change(label: str, before: str, after: str) -> object:
    was = format_html("<del>{}</del> → ", before) if before else ""
    return format_html("{}: {}{}", capfirst(label), was, after or gettext("removed"))


def _who(change: Change, about: "Imports") -> object:
    """An import leads to its page, for those who may open it."""
    who = change.who or dimmed(gettext("not recorded"))
    if change.batch is None or change.batch not in about.files:
        return who
    url = url_of("customers:import_detail", change.batch) if about.may_open else ""
    return lines([who, link_if(url, about.files[change.batch])])


def _what(change: Change) -> object:
    told: list[object] = [change.what] if change.what else [_change(*field) for field in change.fields]
    return lines([*told, link(change.undo_url, gettext("can still be taken back"))] if change.undo_url else told)


def _when(change: Change) -> object:
    if change.is_day:
        return dated(localdate(change.at))
    return together(dated(change.at), dimmed(clock(change.at)))


@dataclass(frozen=True, kw_only=True)
class Imports:
    """The files of imports that changed something, by the import's id."""

    files: Mapping[int, str]
    may_open: bool


def _history(about: Imports) -> tuple[Column[Change], ...]:
    return (
        Column(key="at", title=_("When"), cell=_when),
        Column(key="who", title=_("Changed by"), cell=lambda change: _who(change, about), css="line-plain"),
        Column(key="what", title=_("What"), cell=_what, width="long", css="line-plain line-last"),
    )


HISTORY = Table[Change, Imports](
    key="identity.history",
    caption=_("History"),
    columns=_history,
    css="table-lines",
    empty=Empty(
        title=_("Nothing has changed"),
        text=_("Since this customer was first known, no field has changed and no contact was logged here."),
        icon="history",
    ),
)
