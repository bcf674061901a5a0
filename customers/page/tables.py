"""The list of customers."""

from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, money
from crm.common.templatetags.look import icon, tier_badge
from customers.models import Customer
from customers.trade.balances import Balance

CustomerRow = tuple[Customer, Balance | None]


def _name(row: CustomerRow) -> object:
    customer = row[0]
    person = dimmed(icon("user", gettext("person"))) if customer.kind == Customer.Kind.PERSON else ""
    return together(link(url_of("customers:detail", customer.pk), customer.name), person)


def _overdue(row: CustomerRow) -> str | None:
    balance = row[1]
    return money(balance.overdue) if balance and balance.overdue else None


CUSTOMERS = Table[CustomerRow, None](
    key="page.customers",
    caption=_("Customers"),
    columns=(
        # Names sort as they are searched: case, accents and punctuation apart.
        Column(key="name", title=_("Name"), cell=_name, sort="name", order_by="search"),
        Column(key="tier", title=_("Tier"), cell=lambda row: tier_badge(row[0].tier)),
        Column(key="place", title=_("Place"), cell=lambda row: ", ".join(filter(None, (row[0].city, row[0].country)))),
        Column(key="email", title=_("E-mail"), cell=lambda row: row[0].email),
        Column(key="phone", title=_("Phone"), cell=lambda row: row[0].phone),
        Column(key="overdue", title=_("Overdue"), cell=_overdue, align="end"),
        Column(
            key="contact", title=_("Last contact"), cell=lambda row: ago(row[0].last_contact_at), sort="last_contact_at"
        ),
    ),
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
