"""The records that are one customer, and what was taken apart, as lists."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link_if, note, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import dated
from crm.common.templatetags.look import icon
from customers.identity.joined import Joined, how_in_words
from customers.models import Customer, Merge

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Whose page it is, and whether the reader may merge and take apart."""

    customer: Customer
    may_merge: bool


def _record(row: Joined) -> object:
    return together(str(row.record.system), dimmed(row.record.external_id))


def _button(row: Joined, customer: Customer) -> SafeString | str:
    if row.merge is None:
        return ""
    words, symbol = (gettext("Split off"), "arrows-split") if row.is_linked else (gettext("Undo"), "arrow-back-up")
    return format_html(
        '<a class="btn btn-sm" href="{}{}/" aria-label="{}: {}">{} {}</a>',
        url_of("customers:sources", customer.pk), row.merge.pk, words, row.record.external_id, icon(symbol), words,
    )  # fmt: skip


def _columns(seen: Seen) -> tuple[Column[Joined], ...]:
    customer = seen.customer
    return (
        Column(key="record", title=_("Record"), cell=_record),
        Column(key="how", title=_("How it came here"), cell=lambda row: capfirst(row.how)),
        Column(key="at", title=_("When"), cell=lambda row: dated(row.at)),
        *_actions(seen, lambda row: _button(row, customer)),
    )


def _actions(seen: Seen, cell: Callable[[T], object]) -> tuple[Column[T], ...]:
    if not seen.may_merge:
        return ()
    return (Column(key="actions", title=_("Actions"), cell=cell, spoken=True, align="end"),)


JOINED = Table[Joined, Seen](
    key="identity.joined",
    caption=_("Records of this customer"),
    columns=_columns,
    empty=Empty(
        title=_("No source speaks of this customer"),
        text=_("It was typed in before sources were recorded."),
        icon="database",
    ),
)


def _other(row: Merge, customer: Customer) -> object:
    here = row.absorbed_id == customer.pk
    other = row.survivor_id if here else row.absorbed_id
    words = gettext("Customer %(id)d") % {"id": other} if here else row.name
    return together(link_if(url_of("customers:detail", other), words), dimmed(other) if not here else "")


def _again(row: Merge, customer: Customer) -> SafeString:
    """Leads to the page on which both stand side by side."""
    words, other = gettext("Merge again"), row.survivor_id if row.absorbed_id == customer.pk else row.absorbed_id
    return format_html(
        '<a class="btn btn-sm" href="{}?with={}" aria-label="{}: {}">{} {}</a>',
        url_of("customers:merge", customer.pk), other, words, other, icon("arrow-merge"), words,
    )  # fmt: skip


def _undone_by(row: Merge) -> object:
    if row.undone_by:
        return str(row.undone_by)
    is_crowded = row.how == Merge.How.LINK and row.record_id is not None
    return gettext("too many share the key") if is_crowded else gettext("a command")


def _apart(seen: Seen) -> tuple[Column[Merge], ...]:
    customer = seen.customer
    return (
        Column(key="other", title=_("Customer"), cell=lambda row: _other(row, customer)),
        Column(key="how", title=_("Were one by"), cell=lambda row: capfirst(how_in_words(row))),
        Column(
            key="undone",
            title=_("Taken apart"),
            cell=lambda row: together(dated(row.undone_at), note(_undone_by(row))),
        ),
        *_actions(seen, lambda row: _again(row, customer)),
    )


APART = Table[Merge, Seen](
    key="identity.apart",
    caption=_("Taken apart"),
    columns=_apart,
    empty=Empty(
        title=_("Nothing was taken apart"), text=_("What is split off or undone stands here."), icon="arrows-split"
    ),
)
