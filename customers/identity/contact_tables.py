"""The people at a customer as a list."""

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, or_dash, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.look import icon, status_badge
from customers.identity.normalising import normalise_email, normalise_phone_cached
from customers.identity.phones import phone_in_words
from customers.models import Contact


@dataclass(frozen=True, kw_only=True)
class MayDo:
    log: bool
    edit: bool


def phone_link(phone: str) -> SafeString | str:
    """To be called by a press; what is no number stays text."""
    digits = normalise_phone_cached(phone) if phone else ""
    return link(f"tel:+{digits}", phone_in_words(phone)) if digits else phone


def email_link(email: str) -> SafeString | str:
    return link(f"mailto:{quote(email, safe='@')}", email) if normalise_email(email) else email


def _name(row: Contact) -> object:
    first = status_badge(gettext("first to ask for"), "blue", "star") if row.is_primary else ""
    return together(row.name, first)


def _source(row: Contact) -> object:
    """`sources` comes with `people`."""
    typed = [gettext("typed in here")] if row.typed else []
    return or_dash(", ".join([*dict.fromkeys(row.sources), *typed]))  # type: ignore[attr-defined]


def _actions(row: Contact, may: MayDo) -> object:
    pk, customer = row.pk, row.customer_id
    log = f"{url_of('customers:log_interaction', customer)}?contact={pk}"
    return together(
        _button(log, "message-plus", gettext("Log"), row) if may.log else "",
        _button(url_of("customers:edit_contact", pk), "edit", gettext("Edit"), row) if may.edit else "",
    )


def _button(url: str, symbol: str, words: str, row: Contact) -> SafeString:
    name = row.name
    return format_html(
        '<a class="btn btn-sm" href="{}" aria-label="{}: {}">{} {}</a>', url, words, name, icon(symbol), words
    )


def _columns(may: MayDo) -> tuple[Column[Contact], ...]:
    return (
        Column(key="name", title=_("Name"), cell=_name),
        Column(key="job", title=_("Job title"), cell=lambda row: or_dash(row.job_title)),
        Column(key="phone", title=_("Phone"), cell=lambda row: or_dash(phone_link(row.phone))),
        Column(key="email", title=_("E-mail"), cell=lambda row: or_dash(email_link(row.email))),
        Column(key="source", title=_("Source"), cell=_source, shown="wide"),
        Column(key="actions", title=_("Actions"), cell=lambda row: _actions(row, may), spoken=True, align="end"),
    )


PEOPLE = Table[Contact, MayDo](
    key="identity.people",
    caption=_("People"),
    columns=_columns,
    empty=Empty(
        title=_("Nobody is known here by name"),
        text=_("Add whom you speak with: calls from their number and mails from their address come to this customer."),
        icon="users",
    ),
)
