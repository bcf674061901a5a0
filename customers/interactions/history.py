"""Who logged a contact with a customer, and who took one back."""

from typing import Any

from django.utils.translation import gettext as _

from crm.common.audit.changes import LIMIT, Change, in_words
from crm.common.kinds import Channel
from customers.models import Customer, Interaction


def contacts_logged(customer: Customer) -> list[Change]:
    """Those typed in here, newest first; two queries. What files and telephones bring stands in the timeline."""
    events = Interaction.pgh_event_model.objects.filter(customer_id=customer.pk)  # type: ignore[attr-defined]
    newest = events.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")[:LIMIT]
    return in_words((event, _in_words(event)) for event in newest)


def _in_words(event: Any) -> str:
    words = {
        "delete": _("Contact taken back: %(contact)s"),
        "edit": _("Contact changed; before: %(contact)s"),
    }.get(event.pgh_label, _("Contact logged: %(contact)s"))
    parts = [str(Channel(event.channel).label), event.purpose, event.subject]
    return words % {"contact": ", ".join(part for part in parts if part)}
