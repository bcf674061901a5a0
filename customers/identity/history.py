"""Who changed what of a customer. Events keep the row as it was before each change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from customers.identity.overview import FACTS, label_of
from customers.models import Customer

LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Change:
    """`who` is empty for what an import or a job did. `fields`: label, before, after."""

    at: datetime
    who: str
    fields: list[tuple[str, str, str]]


def changes(customer: Customer) -> list[Change]:
    """Newest first; two queries."""
    events = Customer.pgh_event_model.objects.filter(pgh_obj_id=customer.pk)  # type: ignore[attr-defined]
    newest = list(events.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")[:LIMIT])
    names = _names([event.pgh_context for event in newest])
    after: Any = customer
    found = []
    for event in newest:
        who = names.get((event.pgh_context.metadata if event.pgh_context else {}).get("user"), "")
        found.append(Change(at=event.pgh_created_at, who=who, fields=_differences(event, after)))
        after = event
    return [change for change in found if change.fields]


def _names(contexts: list[Any]) -> dict[int | None, str]:
    ids = {context.metadata.get("user") for context in contexts if context} - {None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


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
