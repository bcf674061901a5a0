"""The lists behind the cards of the start page."""

from collections.abc import Mapping

from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, or_dash, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from crm.common.templatetags.look import tier_badge
from customers.identity.normalising import normalise_contact
from customers.identity.phones import phone_in_words
from customers.interactions.entries import sentence
from customers.models import Interaction
from customers.page.home import News
from customers.page.home_words import news_words


def _waits_since(row: News) -> object:
    return ago(row.waits_since) if row.waits_since else None


NEWS = Table[News, None](
    key="page.news",
    caption=_("New with my customers"),
    columns=(
        Column(
            key="customer",
            title=_("Customer"),
            cell=lambda row: link(url_of("customers:detail", row.customer.pk), row.customer.name),
            whole=lambda row: row.customer.name,
            share=30,
            narrow=27,
        ),
        Column(key="tier", title=_("Tier"), cell=lambda row: tier_badge(row.customer.tier), share=12),
        Column(key="place", title=_("Place"), cell=lambda row: row.customer.city, share=15, shown="wide"),
        Column(key="what", title=_("New since you last looked"), cell=news_words, share=25, narrow=30),
        Column(key="waits", title=_("Waiting since"), cell=_waits_since, share=18),
        Column(key="at", title=_("Newest"), cell=lambda row: ago(row.at), share=12, narrow=16),
    ),
    cut=True,
    empty=Empty(
        title=_("Nothing new"),
        text=_("Here stand the customers you own, follow or looked at lately, once something new happens with them."),
        icon="mood-smile",
        action=_("To the customers"),
        action_url=reverse_lazy("customers:list"),
    ),
)


def _from_where(contact: Interaction) -> object:
    """Leads to the customers who may have it."""
    value = contact.contact_value
    if not normalise_contact(value):
        return value or None
    return link(f"{reverse('customers:list')}?{urlencode({'q': value})}", phone_in_words(value))


def _of_unmatched(names: Mapping[str, str]) -> list[Column[Interaction]]:
    """`names`: what purposes are called, by their key in lower case."""

    def what(contact: Interaction) -> str:
        return sentence(contact.channel, contact.direction, names.get(contact.purpose.lower(), contact.purpose))

    return [
        Column(key="value", title=_("From"), cell=_from_where, whole=lambda row: row.contact_value, share=22),
        Column(key="what", title=_("What"), cell=what, share=26, narrow=25),
        Column(key="subject", title=_("Subject"), cell=lambda row: or_dash(row.subject), share=22, narrow=17),
        Column(key="team", title=_("Team"), cell=lambda row: row.team, share=18, narrow=21),
        Column(key="at", title=_("When"), cell=lambda row: ago(row.occurred_at), share=12, narrow=16),
    ]


UNMATCHED = Table[Interaction, Mapping[str, str]](
    key="page.unmatched",
    caption=_("Contacts that belong to no customer yet"),
    columns=_of_unmatched,
    cut=True,
    empty=Empty(
        title=_("Every contact has its customer"),
        text=_("Calls and messages from a number or address that nobody is known by stand here."),
        icon="mood-smile",
        action=_("To the customers"),
        action_url=reverse_lazy("customers:list"),
    ),
)
