"""The list of customers."""

from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import bad, dimmed, link, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, money
from crm.common.templatetags.look import icon, tier_badge
from customers.identity.phones import phone_in_words
from customers.models import Customer
from customers.trade.balances import Balance

CustomerRow = tuple[Customer, Balance | None]


def _name(row: CustomerRow) -> object:
    customer = row[0]
    person = dimmed(icon("user", gettext("person"))) if customer.kind == Customer.Kind.PERSON else ""
    return together(link(url_of("customers:detail", customer.pk), customer.name), person)


def _place(row: CustomerRow) -> str:
    return ", ".join(filter(None, (row[0].city, row[0].country)))


def _phone(row: CustomerRow) -> object:
    """In one form, whatever it was written in; as it was written on hover."""
    raw = row[0].phone
    return format_html('<span title="{}">{}</span>', raw, phone_in_words(raw)) if raw else ""


def _overdue(row: CustomerRow) -> object:
    balance = row[1]
    return bad(money(balance.overdue)) if balance and balance.overdue else ""


def _last_contact(row: CustomerRow) -> object:
    at = row[0].last_contact_at
    return ago(at) if at else ""


CUSTOMERS = Table[CustomerRow, None](
    key="page.customers",
    caption=_("Customers"),
    columns=(
        # Names sort as they are searched: case, accents and punctuation apart.
        Column(
            key="name",
            title=_("Name"),
            cell=_name,
            whole=lambda row: row[0].name,
            sort="name",
            order_by="search",
            share=25,
        ),
        Column(key="tier", title=_("Tier"), cell=lambda row: tier_badge(row[0].tier)),
        Column(key="place", title=_("Place"), cell=_place, share=13),
        Column(key="email", title=_("E-mail"), cell=lambda row: row[0].email, share=19, shown="wide"),
        Column(key="phone", title=_("Phone"), cell=_phone, share=13),
        Column(key="overdue", title=_("Overdue"), cell=_overdue, align="end"),
        Column(key="contact", title=_("Last contact"), cell=_last_contact, sort="last_contact_at", share=11),
    ),
    cut=True,
)

NOBODY_FITS = Empty(
    title=_("Nobody fits"),
    text=_("No customer fits the search and the filters. Try fewer of them, or another spelling."),
    icon="user-search",
)
FIRST_IMPORT = Empty(
    title=_("No customers yet"),
    text=_("Import what your departments have, or type in the first customer."),
    icon="address-book",
    action=_("Import a file"),
    action_url=reverse_lazy("customers:import_new"),
)
FIRST_CUSTOMER = Empty(
    title=_("No customers yet"),
    text=_("Type in the first customer, or ask a manager to import a file."),
    icon="address-book",
    action=_("New customer"),
    action_url=reverse_lazy("customers:create"),
)
