"""The list behind a card of the start page."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from crm.common.templatetags.look import tier_badge
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
        ),
        Column(key="tier", title=_("Tier"), cell=lambda row: tier_badge(row.customer.tier), share=12),
        Column(key="place", title=_("Place"), cell=lambda row: row.customer.city, share=15),
        Column(key="what", title=_("New since you last looked"), cell=news_words, share=25),
        Column(key="waits", title=_("Waits for an answer since"), cell=_waits_since, share=18),
        Column(key="at", title=_("Newest"), cell=lambda row: ago(row.at), share=12),
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
