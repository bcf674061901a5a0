"""Who made a customer and changed what of it. Events of a change keep the row as it was before."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from crm.common.audit.who import names, who
from customers.identity.overview import FACTS, label_of
from customers.models import Customer

LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Change:
    """`who` is empty where nobody was named. `what`: what happened, when it is not that `fields` were changed:
    (label, before, after).
    """

    at: datetime
    who: str
    what: str = ""
    fields: list[tuple[str, str, str]] = field(default_factory=list)


def changes(customer: Customer) -> list[Change]:
    """Newest first; two queries."""
    events = Customer.pgh_event_model.objects.filter(pgh_obj_id=customer.pk)  # type: ignore[attr-defined]
    newest = list(events.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")[:LIMIT])
    users = names(event.pgh_context for event in newest)
    after: Any = customer
    found = []
    for event in newest:
        by = who(event.pgh_context, users)
        if event.pgh_label == "insert":
            found.append(Change(at=event.pgh_created_at, who=by, what=_("Created")))
            continue
        found.append(Change(at=event.pgh_created_at, who=by, fields=_differences(event, after)))
        after = event
    return [change for change in found if change.what or change.fields]


def _differences(before: Any, after: Any) -> list[tuple[str, str, str]]:
    return [
        (
            label_of(name),
            _shown(getattr(before, name)),
            _shown(getattr(after, name)),
        )
        for name in ("name", *FACTS)
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(value: object) -> str:
    return "" if value is None else str(value)
