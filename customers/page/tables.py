"""The list of customers."""

from functools import partial

from django.conf import settings
from django.urls import reverse_lazy
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import bad, dimmed, link, together, url_of
from crm.common.escaping import escaped
from crm.common.lists.pages import ListPage, View
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, day, money, money_round
from crm.common.templatetags.look import icon, tier_badge
from customers.identity.phones import phone_in_words
from customers.identity.places import country_name, language_name
from customers.models import Customer, CustomerFigures
from customers.page.filters import CUSTOMER_FIELDS, LIST
from customers.registry.bulk import actions_for


def _name(customer: Customer) -> object:
    person = dimmed(icon("user", gettext("person"))) if customer.kind == Customer.Kind.PERSON else ""
    return together(link(url_of("customers:detail", customer.pk), customer), person)


def _place(customer: Customer) -> str:
    """Without the country where it is the company's own."""
    is_own = customer.country == settings.CRM_COUNTRY and customer.city
    return ", ".join(filter(None, (customer.city, "" if is_own else country_name(customer.country))))


def _language(customer: Customer) -> str:
    return language_name(customer.language)


def _phone(customer: Customer) -> object:
    """In one form, whatever it was written in; as it was written on hover."""
    raw = customer.phone
    return SafeString(f'<span title="{escaped(raw)}">{escaped(phone_in_words(raw))}</span>') if raw else ""


def _figures(customer: Customer) -> CustomerFigures | None:
    return getattr(customer, "figures", None)


def _overdue(customer: Customer) -> object:
    figures = _figures(customer)
    return bad(money(figures.overdue)) if figures and figures.overdue else ""


def _revenue(customer: Customer) -> str:
    figures = _figures(customer)
    return money_round(figures.revenue) if figures and figures.revenue else ""


def _profit(customer: Customer) -> str:
    figures = _figures(customer)
    return money_round(figures.profit) if figures and figures.profit else ""


def _last_contact(customer: Customer) -> object:
    return ago(customer.last_contact_at) if customer.last_contact_at else ""


def _created(customer: Customer) -> str:
    return day(localtime(customer.created_at).date())


def _tags(customer: Customer) -> str:
    """`tags`: as `customers.page.listing` annotates them where the column is shown."""
    return ", ".join(getattr(customer, "tags", None) or ())


CUSTOMERS = Table[Customer, None](
    key=LIST,
    caption=_("Customers"),
    columns=(
        # Names sort as they are searched: case, accents and punctuation apart.
        Column(
            key="name", title=_("Name"), cell=_name, whole=lambda one: one.name, sort="name", order_by="search",
            share=23, narrow=22,
        ),
        Column(
            key="tier", title=_("Tier"), cell=lambda one: tier_badge(one.tier), whole=lambda one: one.tier or "",
            sort="tier", order_by="tier__rank", share=11, narrow=12,
        ),
        Column(key="owner", title=_("Owner"), cell=lambda one: one.owner or "", sort="owner", order_by="owner__name",
               share=11, shown="wide"),
        Column(key="place", title=_("Place"), cell=_place, share=11, narrow=12),
        Column(key="phone", title=_("Phone"), cell=_phone, share=17, narrow=20),
        Column(
            key="revenue", title=_("Revenue"), hint=_("Revenue, 12 months"), sort="revenue",
            order_by="figures__revenue", cell=_revenue, align="end", share=10, shown="wide",
        ),
        Column(
            key="overdue", title=_("Overdue"), cell=_overdue, sort="overdue", order_by="figures__overdue", align="end",
            share=11, narrow=13,
        ),
        Column(key="contact", title=_("Last contact"), cell=_last_contact, sort="last_contact_at", share=13,
               narrow=15),
        Column(
            key="profit", title=_("Profit"), hint=_("Profit, 12 months"), sort="profit", order_by="figures__profit",
            cell=_profit, align="end", share=9, chosen=False,
        ),
        Column(key="email", title=_("E-mail"), cell=lambda one: one.email, share=19, chosen=False),
        Column(key="team", title=_("Team"), cell=lambda one: one.team or "", share=11, chosen=False),
        Column(key="tags", title=_("Tags"), cell=_tags, share=14, chosen=False),
        Column(key="industry", title=_("Industry"), cell=lambda one: one.industry, share=12, chosen=False),
        Column(key="language", title=_("Language"), cell=_language, share=10, chosen=False),
        Column(
            key="created", title=_("Created on"), cell=_created, sort="created",
            order_by="created_at", share=10, chosen=False,
        ),
    ),
    cut=True,
    row_id=lambda one: one.pk,
)  # fmt: skip

CUSTOMER_LIST = ListPage(
    table=CUSTOMERS,
    url_name="customers:list",
    permission="customers.view_customer",
    fields=CUSTOMER_FIELDS,
    sort="-last_contact_at",
    is_searched=True,
    views=(
        View(key="all", name=_("All customers")),
        View(key="mine", name=_("Mine"), conditions={"all": [{"field": "owner", "op": "is", "value": ["me"]}]}),
        View(key="team", name=_("My team's"), conditions={"all": [{"field": "team", "op": "is", "value": ["mine"]}]}),
        View(
            key="overdue",
            name=_("Overdue"),
            conditions={"all": [{"field": "overdue", "op": "some", "value": ""}]},
            sort="-overdue",
        ),
        View(
            key="quiet",
            name=_("Not contacted for 90 days"),
            conditions={
                "any": [
                    {"field": "contact", "op": "older", "value": "90"},
                    {"field": "contact", "op": "empty", "value": ""},
                ]
            },
            sort="last_contact_at",
        ),
    ),
    bulk_url_name="customers:bulk",
    actions=partial(actions_for, of="customers"),
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
