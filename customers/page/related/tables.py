"""The customers of a group as a list: the top first, subsidiaries set in below it."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import bad, dimmed, link, strong, together, url_of
from crm.common.tables import Column, Table
from crm.common.templatetags.figures import ago, money, money_round
from crm.common.templatetags.look import icon, status_badge, tier_badge
from customers.identity.relating.reading import Group, Member
from customers.models import Customer, CustomerFigures, Relation
from customers.page.related.rollup import Rollup

DEEPEST = 6  # steps that are set in; whoever stands lower stands there as well
PARENT = Relation.Kind.PARENT
FORM = "related-part"  # the id of the form on the page that the buttons of the rows send


@dataclass(frozen=True, kw_only=True)
class About:
    """Whose page it is, and whether the reader may change who belongs together."""

    customer: Customer
    group: Group
    may_change: bool

    @property
    def total(self) -> Rollup:
        return Rollup.of(member.customer for member in self.group.members)


def _figures(member: Member) -> CustomerFigures | None:
    return getattr(member.customer, "figures", None)


def _name(member: Member, about: About) -> object:
    customer = member.customer
    is_own = customer.pk == about.customer.pk
    words = strong(customer.name) if is_own else link(url_of("customers:related", customer.pk), customer.name)
    person = dimmed(icon("user", gettext("person"))) if customer.kind == Customer.Kind.PERSON else ""
    top = _("parent company") if about.group.kind == PARENT and member.parent_id is None else ""
    badge = status_badge(str(top), "blue", "building-skyscraper") if top else ""
    step = format_html(
        '<span class="related-step related-step-{}" role="img" aria-label="{}">{}</span>',
        min(member.depth, DEEPEST), gettext("level %(depth)d") % {"depth": member.depth + 1},
        icon("corner-down-right"),
    ) if member.depth else ""  # fmt: skip
    return together(step, words, person, badge)


def _revenue(member: Member) -> str:
    figures = _figures(member)
    return money_round(figures.revenue) if figures and figures.revenue else ""


def _share(member: Member, total: Rollup) -> object:
    figures = _figures(member)
    if not figures or figures.revenue <= 0 or total.revenue <= 0:
        return ""
    percent = round(100 * figures.revenue / total.revenue)
    words = gettext("%(percent)d%% of the revenue") % {"percent": percent}
    return format_html(
        '<meter class="related-share" min="0" max="100" value="{}" title="{}">{}</meter>', percent, words, words
    )


def _profit(member: Member) -> str:
    figures = _figures(member)
    return money_round(figures.profit) if figures and figures.profit else ""


def _overdue(member: Member) -> object:
    figures = _figures(member)
    return bad(money(figures.overdue)) if figures and figures.overdue else ""


def _actions(member: Member, about: About) -> object:
    """Who stands at the top of a group of companies belongs to nobody: the others are taken from it."""
    if about.group.kind == PARENT and member.parent_id is None:
        return ""
    words, customer = pgettext("from a group", "Take out"), member.customer
    return format_html(
        '<button type="submit" class="btn btn-sm" form="{}" formaction="{}" name="kind" value="{}" aria-label="{}: {}">'
        "{} {}</button>",
        FORM, url_of("customers:part", customer.pk), about.group.kind, words, customer.name, icon("unlink"), words,
    )  # fmt: skip


def _place(member: Member) -> str:
    return member.customer.city


def _last_contact(member: Member) -> object:
    at = member.customer.last_contact_at
    return ago(at) if at else ""


def _total(words: object) -> SafeString:
    return strong(words)


def _columns(about: About) -> tuple[Column[Member], ...]:
    total = about.total
    columns = (
        Column[Member](key="name", title=_("Name"), cell=lambda one: _name(one, about), foot=_total(_("Together"))),
        Column[Member](key="tier", title=_("Tier"), cell=lambda one: tier_badge(one.customer.tier)),
        Column[Member](key="place", title=_("Place"), cell=_place, shown="wide"),
        Column[Member](
            key="revenue", title=_("Revenue, 12 months"), cell=_revenue, align="end",
            foot=_total(money_round(total.revenue)),
        ),
        Column[Member](key="share", title=_("Share"), cell=lambda one: _share(one, total), shown="wide"),
        Column[Member](
            key="profit", title=_("Profit, 12 months"), cell=_profit, align="end", shown="wide",
            foot=_total(money_round(total.profit)),
        ),
        Column[Member](
            key="overdue", title=_("Overdue"), cell=_overdue, align="end",
            foot=bad(strong(money(total.overdue))) if total.overdue else _total(money(total.overdue)),
        ),
        Column[Member](key="contact", title=_("Last contact"), cell=_last_contact, shown="wide"),
    )  # fmt: skip
    if not about.may_change:
        return columns
    take_out = Column[Member](
        key="actions", title=_("Actions"), cell=lambda one: _actions(one, about), spoken=True, align="end"
    )
    return (*columns, take_out)


MEMBERS = Table[Member, About](key="page.related", caption=_("Related customers"), columns=_columns)
