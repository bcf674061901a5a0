"""The ladder: each tier with its customers and what it entitles to."""

from dataclasses import dataclass

from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.common.cells import dimmed, together
from crm.common.tables import Column, Table
from crm.common.templatetags.figures import money_round, number, percent
from crm.common.templatetags.look import tier_badge
from customers.models import Tier
from customers.tiers.ladder import TierRow, Tiers


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """`may_list`: whether the reader may open the customers of a tier."""

    tiers: Tiers
    may_list: bool


def _columns(ladder: Ladder) -> tuple[Column[TierRow], ...]:
    without = ladder.tiers.without
    return (
        Column(
            key="tier", title=_("Tier"), cell=lambda row: tier_badge(row.tier), foot=tier_badge(None) if without else ""
        ),
        Column(
            key="customers",
            title=_("Customers"),
            cell=lambda row: _customers(row, ladder),
            align="end",
            foot=number(without) if without else "",
        ),
        Column(key="priority", title=_("Order priority"), cell=lambda row: row.tier.order_priority, align="end"),
        Column(key="credit", title=_("Credit"), cell=lambda row: _credit(row.tier), align="end"),
        Column(key="discount", title=_("Discount up to"), cell=lambda row: _discount(row.tier), align="end"),
        Column(key="answer", title=_("Answer within"), cell=lambda row: _answer_within(row.tier), align="end"),
    )


def _customers(row: TierRow, ladder: Ladder) -> object:
    count: object = number(row.customers)
    if ladder.may_list:
        address = f"{reverse('customers:list')}?tier={row.tier.pk}"
        count = format_html('<a class="text-decoration-underline" href="{}">{}</a>', address, count)
    return together(count, dimmed(percent(row.share)) if ladder.tiers.total else "")


def _credit(tier: Tier) -> str:
    days = tier.credit_days
    return f"{money_round(tier.credit_limit)}, {ngettext('%(days)s day', '%(days)s days', days) % {'days': days}}"


def _discount(tier: Tier) -> str:
    return f"{floatformat(tier.max_discount, '-2')}%"


def _answer_within(tier: Tier) -> str:
    hours = tier.case_response_hours
    return ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}


TIERS = Table[TierRow, Ladder](key="tiers.ladder", caption=_("Tiers"), columns=_columns)
