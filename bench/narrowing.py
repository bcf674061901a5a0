"""All that the customer list can be narrowed by, as it declares it, with values that the data have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from accounts.models import User
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking
from customers.models import Customer
from customers.page.tables import CUSTOMER_LIST

USUAL = {"nothing": "", "number": "1000", "days": "30"}
RANKED = 50


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """`is_usual`: a view of the list, or a field by its first operation, as links and the filter's form have it."""

    name: str
    conditions: dict[str, Any]
    is_usual: bool


def narrowings(user: User) -> Iterator[Narrowing]:
    """The list's views, and each operation of each of its fields."""
    for view in CUSTOMER_LIST.views:
        yield Narrowing(name=f"view {view.key}", conditions=dict(view.conditions), is_usual=True)
    asker = Asking(user=user, user_id=user.pk, team_id=user.team_id)
    for field in CUSTOMER_LIST.fields_for(user).values():
        first = next(iter(field.ops))
        for op, asked in field.ops.items():
            for value in values(field, asked.takes, asker):
                shown = ", ".join(value) if isinstance(value, list) else value
                condition = {"field": field.key, "op": op, "value": value}
                name = f"{field.key} {op} {shown}".strip()
                yield Narrowing(name=name, conditions={"all": [condition]}, is_usual=op == first)


def values(field: Field, takes: str, asker: Asking) -> list[Any]:
    """What an operation is asked with; nothing where the data have nothing to choose from, as no tags."""
    if takes in USUAL:
        return [USUAL[takes]]
    if takes == "day":
        return [Customer.objects.latest("created_at").created_at.date().isoformat()]
    if takes == "text":
        return common(field)[:1]
    return [[one] for one in choices(field, asker)]


def choices(field: Field, asker: Asking) -> list[str]:
    """A special word such as "me", else the commonest and the rarest, else the first that is offered."""
    if field.words:
        return [next(iter(field.words))]
    if field.path:
        return [str(one) for one in common(field)]
    offered = field.options.offered("", asker) if field.options else []
    return [value for value, _label in offered[:1]]


def common(field: Field) -> list[Any]:
    """The commonest value of customers, and the rarest of the first fifty."""
    path = field.path or "name"
    known = Customer.objects.exclude(**({path: ""} if field.has_no == "text" else {f"{path}__isnull": True}))
    ranked = known.values_list(path).annotate(customers=Count("pk")).order_by("-customers", path)[:RANKED]
    found = [value for value, _count in ranked]
    return list(dict.fromkeys([*found[:1], *found[-1:]]))
