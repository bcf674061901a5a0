"""Who logged a contact with a customer, and who took one back. What files and telephones bring is on the timeline."""

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.audit.changes import Change
from crm.common.cells import url_of
from crm.common.kinds import Channel, label_of
from customers.interactions.entries import NAMED
from customers.interactions.recording import UNDO_WITHIN
from customers.models import Interaction
from customers.registry.history import of_events, told
from customers.registry.page import Happened, Reader


def of_contact(row: Happened, reader: Reader) -> Change:
    """What the reader logged a moment ago can be taken back where it stands: on the customer's page."""
    is_open = row.facts["label"] == "insert" and row.facts["is_there"] and _is_fresh(row, reader)
    url = url_of("customers:detail", row.facts["before"]["customer_id"]) if is_open else ""
    return told(row, _in_words(row.facts), undo_url=url)


def _is_fresh(row: Happened, reader: Reader) -> bool:
    """As the timeline offers it."""
    age: timedelta = timezone.now() - row.at
    is_own: bool = row.facts["before"]["agent_id"] == reader.pk
    return is_own and age <= UNDO_WITHIN - timedelta(seconds=5)


def _in_words(facts: dict[str, Any]) -> str:
    words = {
        "delete": _("Contact taken back: %(contact)s"),
        "edit": _("Contact changed; before: %(contact)s"),
    }.get(facts["label"], _("Contact logged: %(contact)s"))
    parts = [label_of(Channel, facts["before"]["channel"]), facts["purpose"], facts["before"]["subject"]]
    return words % {"contact": ", ".join(part for part in parts if part)}


CONTACTS: Final = of_events(
    Interaction, of_contact,
    facts={"purpose": NAMED.format(word="purpose", said="f.purpose")},
    joins="LEFT JOIN customers_purpose purpose ON lower(purpose.key) = lower(f.purpose)",
)  # fmt: skip
