"""Who says what of a customer, and who changed it."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.audit.changes import Change
from crm.common.cells import dimmed, lines, strong, together
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from crm.common.templatetags.look import icon
from customers.identity.provenance import Said
from customers.models import SourceRecord

FieldRow = tuple[str, list[Said]]


def _sources(records: Sequence[SourceRecord]) -> tuple[Column[FieldRow], ...]:
    fields: Column[FieldRow] = Column(key="field", title=_("Field"), cell=lambda row: capfirst(row[0]))
    return (fields, *(_source(record, at) for at, record in enumerate(records)))


def _source(record: SourceRecord, at: int) -> Column[FieldRow]:
    return Column(
        key=str(record.pk),
        title=str(record.system),
        note=format_html("{} · {}", record.external_id, ago(record.changed_at)),
        cell=lambda row: _said(row[1][at]),
    )


def _said(one: Said) -> object:
    if one.won:
        return together(strong(one.value), icon("check", gettext("this source won")))
    return dimmed(one.value)


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


HISTORY = Table[Change, None](
    key="identity.history",
    caption=_("History"),
    columns=(
        Column(key="at", title=_("When"), cell=lambda change: ago(change.at)),
        Column(key="who", title=_("Changed by"), cell=lambda change: change.who or dimmed(gettext("not recorded"))),
        Column(
            key="what",
            title=_("What"),
            cell=lambda change: lines([change.what] if change.what else [_change(*field) for field in change.fields]),
            width="long",
        ),
    ),
    empty=Empty(
        title=_("Nothing has changed"),
        text=_("Since this customer was first known, no field has changed and no contact was logged here."),
        icon="history",
    ),
)
