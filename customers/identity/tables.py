"""Who says what of a customer, and who changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.audit.changes import Change
from crm.common.cells import dimmed, lines, link, link_if, note, strong, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, clock, dated
from crm.common.templatetags.look import icon
from customers.identity.provenance import Row, Said
from customers.models import SourceRecord


@dataclass(frozen=True, kw_only=True)
class Told:
    """Whose records speak, and whether the reader may take back what was typed, by a form of the page (`FORM`)."""

    customer: int
    records: Sequence[SourceRecord]
    may_release: bool


FORM = "release"


def _field(row: Row) -> object:
    """A column of the files that fills no field, as it stands among those that do."""
    if not row.name:
        return format_html("{} {}", row.label, note(gettext("kept as it came, not used")))
    return capfirst(row.label)


def _sources(told: Told) -> tuple[Column[Row], ...]:
    fields: Column[Row] = Column(key="field", title=_("Field"), cell=_field)
    return (fields, *(_source(told, record, at) for at, record in enumerate(told.records)))


def _source(told: Told, record: SourceRecord, at: int) -> Column[Row]:
    return Column(
        key=str(record.pk),
        title=str(record.system),
        note=format_html("{} · {}", record.external_id, ago(record.changed_at)),
        cell=lambda row: _said(told, row, row.said[at]),
    )


def _said(told: Told, row: Row, one: Said) -> object:
    fault = note(one.fault) if one.fault else ""
    since = ago(one.at) if one.at else ""
    if one.won:
        won = together(strong(one.value), icon("check", gettext("this value is shown")), fault)
        return together(won, note(together(one.why, since, by=" · ")), _button(told, row, one))
    if one.released:
        back = _press(told, row, "restore_value", gettext("Put back"), "arrow-back-up")
        return together(format_html("<del>{}</del>", one.released), note(gettext("released")), back)
    return together(dimmed(one.value), fault, note(since) if since else "", _button(told, row, one))


def _button(told: Told, row: Row, one: Said) -> SafeString | str:
    return _press(told, row, "release_value", gettext("Release"), "lock-open") if one.may_release else ""


def _press(told: Told, row: Row, name: str, words: str, symbol: str) -> SafeString | str:
    if not told.may_release:
        return ""
    return format_html(
        '<button class="btn btn-sm" form="{}" formaction="{}" aria-label="{}: {}">{} {}</button>',
        FORM, reverse(f"customers:{name}", args=[told.customer, row.name]), words, row.label, icon(symbol), words,
    )  # fmt: skip


SOURCES = Table[Row, Told](
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
