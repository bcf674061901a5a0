"""Repairs as entries of a customer's timeline: one when it is opened, one when it is closed."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from crm.common.cells import url_of
from crm.common.templatetags.figures import money
from customers.registry.page import EntryRows, Happened, Reader, TimelineEntry
from customers.trade.repairs import duration_words


def opened(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    said = _("Repair of %(product)s opened") if facts["product"] else _("Repair opened")
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="tool",
        colour="orange",
        title=said % {"product": facts["product"]},
        notes=(facts["number"], *_warranty(facts)),
        text=facts["description"],
        url=url_of("customers:repairs", facts["customer_id"]),
    )


def closed(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    said = _("Repair of %(product)s closed") if facts["product"] else _("Repair closed")
    cost = () if facts["cost"] is None else (_("cost %(amount)s") % {"amount": money(facts["cost"])},)
    took = duration_words(datetime.fromisoformat(facts["opened_at"]), row.at)
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="tool",
        colour="green",
        title=said % {"product": facts["product"]},
        notes=(facts["number"], took, *cost, *_warranty(facts)),
        url=url_of("customers:repairs", facts["customer_id"]),
    )


def _warranty(facts: dict[str, Any]) -> tuple[str, ...]:
    return (_("under warranty"),) if facts["under_warranty"] else ()


_PRODUCT: Final = "LEFT JOIN customers_product p ON p.id = f.product_id"
_FACTS: Final = {
    "number": "f.number",
    "customer_id": "f.customer_id",
    "product": "coalesce(nullif(p.name, ''), p.code, '')",
    "under_warranty": "f.under_warranty",
}
_FOUND: Final = """f.number ILIKE %(pattern)s OR f.description ILIKE %(pattern)s OR EXISTS (
  SELECT FROM customers_product p WHERE p.id = f.product_id
    AND (p.name ILIKE %(pattern)s OR p.code ILIKE %(pattern)s))"""

OPENED: Final = EntryRows(
    table="customers_repair f",
    at="f.opened_at",
    facts={**_FACTS, "description": "f.description"},
    joins=_PRODUCT,
    found=_FOUND,
    entry=opened,
)
CLOSED: Final = EntryRows(
    table="customers_repair f",
    at="f.closed_at",
    where="f.closed_at IS NOT NULL",
    facts={**_FACTS, "opened_at": "f.opened_at", "cost": "f.cost"},
    joins=_PRODUCT,
    found=_FOUND,
    entry=closed,
)
