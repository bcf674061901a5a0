"""`{% load duplicates %}`: how the pages of duplicates say things."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common.templatetags.figures import NO_DATA, ago, money_round, number
from customers.identity.reviewing.queue import COUNTED
from customers.models import Match
from customers.page.duplicates.comparing import Field, Pair, Side
from customers.page.duplicates.reading import Asked, Row, name_of
from customers.page.duplicates.tables import probability

register = template.Library()


@register.simple_tag
def narrowed(asked: Asked, **changed: str) -> str:
    """The query of the same with something changed; "?" alone for all."""
    return f"?{asked.query(**changed)}"


@register.simple_tag
def open_words(count: int) -> str:
    if count > COUNTED:
        return _("more than %(count)s to decide") % {"count": number(COUNTED)}
    return ngettext("%(count)s to decide", "%(count)s to decide", count) % {"count": number(count)}


@register.simple_tag
def probability_of(match: Match) -> SafeString | str:
    return probability(match)


@register.simple_tag
def decision_words(row: Row) -> SafeString:
    """Who decided what, of whom, and when."""
    sentences = {
        Match.State.MERGED: _("%(who)s merged %(left)s and %(right)s, %(when)s"),
        Match.State.DIFFERENT: _("%(who)s said %(left)s and %(right)s are not the same, %(when)s"),
        Match.State.LATER: _("%(who)s put off %(left)s and %(right)s, %(when)s"),
        Match.State.PROPOSED: _("Nobody has decided on %(left)s and %(right)s"),
    }
    said = {
        "who": row.match.decided_by or _("A rule"),
        "left": name_of(row, "left"),
        "right": name_of(row, "right"),
        "when": ago(row.match.decided_at),
    }
    parts = {name: format_html("{}", value) for name, value in said.items()}
    return mark_safe(sentences[Match.State(row.match.state)] % parts)  # noqa: S308 - the parts are escaped


@register.simple_tag
def value_choice(field: Field, side: str, first: str = "") -> SafeString:
    """The value of one side to choose; the one that shows unless somebody chooses is. `f` leads to the first."""
    is_on = field.marked == side
    keys = (
        format_html(' aria-keyshortcuts="f" data-keys-label="{}"', _("Choose per field"))
        if is_on and first == field.name
        else ""
    )
    return format_html(
        '<label class="pair-value"><input class="form-check-input" type="radio" name="field-{}" value="{}"{}{}>'
        " {}</label>",
        field.name,
        side,
        " checked" if is_on else "",
        keys,
        getattr(field, side),
    )


@register.simple_tag
def figure_rows(pair: Pair) -> list[tuple[str, object, object]]:
    """What helps to choose who survives."""
    said = [_figures(side) for side in pair.sides]
    return [(label, left, right) for (label, left), (_same, right) in zip(*said, strict=True)]


def _figures(side: Side) -> list[tuple[str, object]]:
    customer, figures = side.customer, side.figures
    owner = " · ".join(str(one) for one in (customer.owner, customer.team) if one)
    numbers = ", ".join(f"{system} {external_id}" for system, external_id in side.numbers[:4])
    return [
        (_("Sources"), numbers or NO_DATA),
        (_("Orders"), number(figures.orders or 0) if figures else number(0)),
        (_("Revenue, 12 months"), money_round(figures.revenue) if figures else NO_DATA),
        (_("Owes"), money_round(figures.open) if figures else NO_DATA),
        (_("Last contact"), ago(customer.last_contact_at)),
        (_("Owner"), owner or NO_DATA),
        (_("Here since"), ago(customer.created_at)),
    ]
