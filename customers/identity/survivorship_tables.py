"""The rules of the fields, and values that another rule would change, as lists."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link, note, strong, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from customers.identity.previewing_rules import Change
from customers.models import SurvivorshipRule


@dataclass(frozen=True, kw_only=True)
class FieldRule:
    """`order`: the names of the sources that come first; `row` is None where nobody has set a rule."""

    field: str
    label: str
    order: list[str]
    row: SurvivorshipRule | None


def _rule(one: FieldRule) -> object:
    rule = SurvivorshipRule.Rule(one.row.rule) if one.row else SurvivorshipRule.Rule.RANKED
    return together(capfirst(str(rule.label)), note(", ".join(one.order)) if one.order else "")


def _changed(one: FieldRule) -> object:
    if one.row is None:
        return None
    return together(str(one.row.changed_by or gettext("a command")), dimmed(ago(one.row.changed_at)))


RULES = Table[FieldRule, None](
    key="identity.survivorship",
    caption=_("Rules by field"),
    columns=(
        Column(
            key="field",
            title=_("Field"),
            cell=lambda one: link(reverse("customers:survivorship_rule", args=[one.field]), capfirst(one.label)),
        ),
        Column(key="rule", title=_("Which value is shown"), cell=_rule),
        Column(key="changed", title=_("Changed"), cell=_changed),
    ),
    empty=Empty(title=_("No fields"), text="", icon="database"),
)

CHANGES = Table[Change, None](
    key="identity.survivorship_changes",
    caption=_("Some of the values that would change"),
    columns=(
        Column(
            key="customer",
            title=_("Customer"),
            cell=lambda one: link(url_of("customers:sources", one.customer.pk), one.customer.name),
        ),
        Column(key="before", title=_("Shown now"), cell=lambda one: one.before or None),
        Column(key="after", title=_("Would be shown"), cell=lambda one: strong(one.after)),
        Column(key="source", title=_("Source"), cell=lambda one: one.source),
    ),
    empty=Empty(
        title=_("No value would change"), text=_("Every customer would show what they show now."), icon="check"
    ),
)
