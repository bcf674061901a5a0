"""Who made a customer and changed what of it. Events of a change keep the row as it was before."""

from typing import Any

from django.utils.translation import gettext as _

from crm.common.audit.changes import LIMIT, Change, Field, differences, in_words
from customers.identity.overview import FACTS, label_of
from customers.models import Customer


def changes(customer: Customer) -> list[Change]:
    """Newest first; two queries."""
    events = Customer.pgh_event_model.objects.filter(pgh_obj_id=customer.pk)  # type: ignore[attr-defined]
    labels = {name: label_of(name) for name in ("name", *FACTS, "owner", "team")}
    found: list[tuple[Any, str | list[Field]]] = []
    after: Any = customer
    for event in events.select_related("pgh_context", "owner", "team").order_by("-pgh_created_at", "-pgh_id")[:LIMIT]:
        if event.pgh_label == "insert":
            found.append((event, _("Created")))
            continue
        found.append((event, differences(event, after, labels)))
        after = event
    return in_words(found)
