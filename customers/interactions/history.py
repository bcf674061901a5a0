"""Who logged a contact with a customer, and who took one back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.audit.changes import LIMIT, Change, in_words
from crm.common.kinds import Channel
from customers.interactions.recording import UNDO_WITHIN
from customers.models import Customer, Interaction, Purpose
from customers.models.wording import name_of
from customers.registry.page import Reader


def contacts_logged(customer: Customer, reader: Reader) -> list[Change]:
    """Those typed in here, newest first; two queries. What files and telephones bring stands in the timeline.

    What the reader logged a moment ago can be taken back where it stands: on the customer's page.
    """
    found = Interaction.pgh_event_model.objects.filter(customer_id=customer.pk)  # type: ignore[attr-defined]
    named = found.annotate(purpose_name=name_of(Purpose, "purpose"))
    events = list(named.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")[:LIMIT])
    gone = {event.pgh_obj_id for event in events if event.pgh_label == "delete"}
    fresh = {
        event.pgh_created_at
        for event in events
        if event.pgh_label == "insert" and event.pgh_obj_id not in gone and _is_fresh(event, reader)
    }
    told = in_words((event, _in_words(event)) for event in events)
    return [replace(one, undo_url=customer.get_absolute_url()) if one.at in fresh else one for one in told]


def _is_fresh(event: Any, reader: Reader) -> bool:
    """As the timeline offers it."""
    age: timedelta = timezone.now() - event.pgh_created_at
    is_own: bool = event.agent_id == reader.pk
    return is_own and age <= UNDO_WITHIN - timedelta(seconds=5)


def _in_words(event: Any) -> str:
    words = {
        "delete": _("Contact taken back: %(contact)s"),
        "edit": _("Contact changed; before: %(contact)s"),
    }.get(event.pgh_label, _("Contact logged: %(contact)s"))
    parts = [str(Channel(event.channel).label), event.purpose_name, event.subject]
    return words % {"contact": ", ".join(part for part in parts if part)}
