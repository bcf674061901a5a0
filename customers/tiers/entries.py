"""Changes of tier as entries of a customer's timeline."""

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from customers.models import TierAssignment
from customers.registry.page import EntryRows, Happened, Reader, TimelineEntry


def entry(row: Happened, _reader: Reader) -> TimelineEntry:
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="medal",
        colour=row.facts["colour"],
        title=sentence(*names_in(row.facts)),
        notes=(_by(row.facts),),
        is_day=True,
    )


def names_in(facts: dict[str, Any]) -> tuple[str, str]:
    """As `Tier` itself says its name."""
    tier, before = (gettext(name) if name else "" for name in (facts["tier"], facts["before"]))
    return tier, before


def sentence(tier: str, before: str) -> str:
    """From the names in the reader's language; `before` is empty for the first."""
    if not before:
        return _("Became %(tier)s") % {"tier": tier}
    if before == tier:
        return _("Stayed %(tier)s") % {"tier": tier}
    return _("Became %(tier)s, was %(before)s") % {"tier": tier, "before": before}


def _by(facts: dict[str, Any]) -> str:
    if facts["by"]:
        return _("set by %(name)s") % {"name": facts["by"]}
    return str(TierAssignment.Reason(facts["reason"]).label)


ROWS: Final = EntryRows(
    table="customers_tierassignment f",
    where="NOT lower_inf(f.valid)",
    at="lower(f.valid)",
    is_day=True,
    facts={
        "tier": "coalesce(nullif(tier.name, ''), tier.key)",
        "colour": "tier.colour",
        "before": "before.name",
        "reason": "f.reason",
        "by": "coalesce(nullif(person.name, ''), person.email)",
    },
    joins="""JOIN customers_tier tier ON tier.id = f.tier_id LEFT JOIN accounts_user person ON person.id = f.by_id
LEFT JOIN LATERAL (
  SELECT coalesce(nullif(t.name, ''), t.key) AS name FROM customers_tierassignment p
  JOIN customers_tier t ON t.id = p.tier_id
  WHERE p.customer_id = f.customer_id AND upper(p.valid) = lower(f.valid)
) before ON true""",
    entry=entry,
)
