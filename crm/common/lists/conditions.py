"""Conditions of a list as data: `{"all": [{"field": …, "op": …, "value": …}, {"any": [...]}]}`, groups nested once.

What is read is held against the list's fields. A field or operation that the list has no longer is kept as it is and
passed over; a value that its operation does not take fits nothing. Both are said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from typing import Any, Final, Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from crm.common.lists import fields as kinds
from crm.common.lists.fields import BadValue, Field
from crm.common.lists.options import Asking

Match = Literal["all", "any"]
Fields = Mapping[str, Field]
MOST: Final = 20
NOTHING: Final = Q(pk__in=())


class BadConditions(DomainError):
    """What is given are no conditions, or too many."""

    def __init__(self) -> None:
        super().__init__(_("These filters cannot be read: at most 20 conditions, in groups that hold no groups."))


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`data` as it was given. `is_gone`: the list has no such field or operation; `fault`: what is wrong with the
    value, which is None then. `is_blank`: nobody has given it a value yet, so it asks for nothing.
    """

    data: Mapping[str, Any]
    field: Field | None = None
    op: str = ""
    value: Any = None
    fault: str = ""

    @property
    def is_gone(self) -> bool:
        return self.field is None

    @property
    def takes(self) -> str:
        return self.field.ops[self.op].takes if self.field else ""

    @property
    def is_blank(self) -> bool:
        return bool(self.fault) and self.data.get("value", "") in ("", [], ())


@dataclass(frozen=True, kw_only=True)
class Group:
    match: Match = "all"
    items: tuple["Condition | Group", ...] = ()


EVERYTHING: Final = Group()


def read(data: object, fields: Fields) -> Group:
    """Raises BadConditions for what has not their shape."""
    return bounded(_group(data, fields, depth=0) if data else EVERYTHING)


def bounded(group: Group) -> Group:
    """Raises BadConditions for more than a list takes."""
    if sum(1 for _condition in each(group)) > MOST:
        raise BadConditions
    return group


def as_data(group: Group) -> dict[str, Any]:
    """What `read` makes the same of again; no conditions are an empty dictionary."""
    if not group.items:
        return {}
    return {group.match: [as_data(one) if isinstance(one, Group) else dict(one.data) for one in group.items]}


def each(group: Group) -> Iterator[Condition]:
    for one in group.items:
        if isinstance(one, Group):
            yield from each(one)
        else:
            yield one


def to_q(group: Group, asking: Asking) -> Q:
    parts = [part for one in group.items if (part := _part(one, asking)) is not None]
    return reduce(and_ if group.match == "all" else or_, parts) if parts else Q()


def without(group: Group, at: Sequence[int]) -> Group:
    """Without the item at this place, such as (2,) or, in the group that is the second, (1, 0)."""
    items = list(group.items)
    inner = items[at[0]]
    if len(at) > 1 and isinstance(inner, Group):
        items[at[0]] = without(inner, at[1:])
    else:
        del items[at[0]]
    return replace(group, items=tuple(one for one in items if not isinstance(one, Group) or one.items))


def joined(group: Group, more: Sequence[Condition]) -> Group:
    """What fits the group and all of these as well."""
    if not more:
        return group
    if group.match == "all" or len(group.items) < 2:
        return Group(items=(*group.items, *more))
    return Group(items=(group, *more))


def widened(group: Group, also: Condition) -> Group:
    """What fits the group or this one, too, with groups nested no deeper."""
    if group.match == "any" or not group.items:
        return Group(match="any", items=(*group.items, also)) if group.items else Group(items=(also,))
    flat: list[Condition | Group] = []
    for one in group.items:
        flat += one.items if isinstance(one, Group) and one.match == "all" else (one,)
    either = (
        replace(one, items=(*one.items, also)) if isinstance(one, Group) else Group(match="any", items=(one, also))
        for one in flat
    )
    return Group(items=tuple(either))


def condition(key: str, op: str, value: str | Sequence[str], fields: Fields) -> Condition:
    """Of what was typed or chosen, without the NUL characters that no database keeps."""
    kept = value.replace("\0", "") if isinstance(value, str) else [one.replace("\0", "") for one in value]
    return _condition({"field": key, "op": op, "value": kept}, fields)


def _group(data: object, fields: Fields, *, depth: int) -> Group:
    if not isinstance(data, dict) or len(data) != 1 or depth > 1:
        raise BadConditions
    ((match, items),) = data.items()
    if match not in ("all", "any") or not isinstance(items, list):
        raise BadConditions
    return Group(match=match, items=tuple(_item(one, fields, depth) for one in items))


def _item(data: object, fields: Fields, depth: int) -> Condition | Group:
    if isinstance(data, dict) and "field" in data:
        return _condition(data, fields)
    return _group(data, fields, depth=depth + 1)


def _condition(data: dict[str, Any], fields: Fields) -> Condition:
    field, op = fields.get(str(data.get("field"))), str(data.get("op"))
    if field is None or op not in field.ops:
        return Condition(data=data)
    try:
        return Condition(data=data, field=field, op=op, value=kinds.clean(field, op, data.get("value", "")))
    except BadValue as wrong:
        return Condition(data=data, field=field, op=op, fault=str(wrong))


def _part(one: Condition | Group, asking: Asking) -> Q | None:
    if isinstance(one, Group):
        return to_q(one, asking) or None
    if one.field is None or one.is_blank:
        return None
    return NOTHING if one.fault else kinds.holds(one.field, one.op, one.value, asking)
