"""The form that conditions are put together in; it works without script, as every button sends it.

Names by place: `f0` field, `o0` operation, `v0` value(s), `s0` what its options are searched by; `m1` how a group at
place 1 matches, and `f1.0` … in it; `m` the whole. `build` says what the button was: "apply", "refresh", "add",
"add.1" (in that group), "group", "drop.0", "drop.1.0".
"""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import QueryDict

from crm.common.lists import conditions
from crm.common.lists.conditions import Condition, Fields, Group
from crm.common.lists.fields import Field
from crm.common.lists.options import MOST, Asking

_PLACE: Final = re.compile(r"^f(\d{1,2})(?:\.(\d{1,2}))?$")
_GROUP: Final = re.compile(r"^m(\d{1,2})$")
_KEPT: Final = re.compile(r"^k(\d{1,2})(?:\.(\d{1,2}))?$")
_STEP: Final = re.compile(r"^\d{1,2}$")
Place = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Form:
    group: Group = conditions.EVERYTHING
    is_sent: bool = False
    is_applied: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A condition as the form shows it. `options`: what may be chosen, chosen first; `has_more`: there are others."""

    name: str
    condition: Condition
    field: Field
    ops: list[tuple[str, str]]
    takes: str
    value: Any = ""
    options: list[tuple[str, str, bool]] | None = None
    sought: str = ""
    has_more: bool = False


def read(query: QueryDict, fields: Fields, group: Group) -> Form:
    """The conditions the form says, after what its button did to them; those that are still empty stay with it.

    `group`: what the list has, whose conditions of fields that are gone the form hands back by their place.
    """
    button = query.get("build", "")
    if not button:
        return Form()
    built = _built(query, fields, group)
    if button == "apply":
        return Form(group=_filled(built), is_sent=True, is_applied=True)
    return Form(group=_pressed(built, button, query, fields), is_sent=True)


def lines(group: Group, query: QueryDict, asking: Asking) -> list[tuple[str, Any]]:
    """(place, a line, a gone condition or, of a group, its match and its own lines)."""
    return [(str(at), _shown(one, str(at), query, asking)) for at, one in enumerate(group.items)]


def _shown(one: Condition | Group, name: str, query: QueryDict, asking: Asking) -> Any:
    if isinstance(one, Group):
        inner = [(f"{name}.{at}", _shown(inner, f"{name}.{at}", query, asking)) for at, inner in enumerate(one.items)]
        return {"match": one.match, "lines": inner}
    return one if one.field is None else line(one, name, query.get(f"s{name}", "")[:100], asking)


def line(one: Condition, name: str, sought: str, asking: Asking) -> Line:
    assert one.field is not None
    field, takes = one.field, one.field.ops[one.op].takes
    ops = [(key, str(op.words)) for key, op in field.ops.items()]
    shown = Line(name=name, condition=one, field=field, ops=ops, takes=takes, value=one.data.get("value", ""))
    if takes != "choices" or field.options is None:
        return shown
    return replace(shown, **_options(one, sought.replace("\0", "").strip(), asking))


def _options(one: Condition, sought: str, asking: Asking) -> dict[str, Any]:
    assert one.field is not None
    assert one.field.options is not None
    chosen = one.value or ()
    named = one.field.options.named(chosen, asking) if chosen else {}
    offered = one.field.options.offered(sought, asking)
    others = [(value, label, False) for value, label in offered[:MOST] if value not in chosen]
    return {
        "options": [(value, named.get(value, value), True) for value in chosen] + others,
        "sought": sought,
        "has_more": len(offered) > MOST or bool(sought),
    }


def _built(query: QueryDict, fields: Fields, group: Group) -> Group:
    places = [_place(found) for key in query if (found := _PLACE.match(key) or _KEPT.match(key))]
    matches = {int(found[1]): query[key] for key in query if (found := _GROUP.match(key))}
    items: list[Condition | Group] = []
    for at in sorted({place[0] for place in places} | set(matches)):
        if at in matches:
            inner = [_typed(query, place, fields, group) for place in sorted(p for p in places if p[0] == at)]
            items.append(Group(match=_match(str(matches[at])), items=tuple(one for one in inner if one)))
        elif one := _typed(query, (at,), fields, group):
            items.append(one)
    return _bounded(Group(match=_match(query.get("m", "")), items=tuple(items)))


def _bounded(group: Group) -> Group:
    """No more than a list takes; the form offers no further ones."""
    left, items = conditions.MOST, list[Condition | Group]()
    for one in group.items:
        kept = replace(one, items=one.items[: max(0, left)]) if isinstance(one, Group) else one
        left -= len(kept.items) if isinstance(kept, Group) else 1
        if left >= 0:
            items.append(kept)
    return replace(group, items=tuple(items))


def _match(given: str) -> conditions.Match:
    return "any" if given == "any" else "all"


def _place(found: re.Match[str]) -> Place:
    return (int(found[1]),) if found[2] is None else (int(found[1]), int(found[2]))


def _name(place: Place) -> str:
    return ".".join(map(str, place))


def _typed(query: QueryDict, place: Place, fields: Fields, group: Group) -> Condition | None:
    name = _name(place)
    if f"k{name}" in query:
        return _kept(group, str(query[f"k{name}"]))
    field = fields.get(query.get(f"f{name}", ""))
    if field is None:
        return None
    op = query.get(f"o{name}", "")
    op = op if op in field.ops else next(iter(field.ops))
    values = [value for value in query.getlist(f"v{name}") if value]
    value: Any = values if field.ops[op].takes == "choices" else values[0] if values else ""
    return conditions.condition(field.key, op, value, fields)


def _kept(group: Group, at: str) -> Condition | None:
    """One the form cannot show, as the list has it."""
    found: Any = group
    for step in at.split("."):
        items = found.items if isinstance(found, Group) else ()
        found = items[int(step)] if _STEP.match(step) and int(step) < len(items) else None
    return found if isinstance(found, Condition) else None


def _pressed(group: Group, button: str, query: QueryDict, fields: Fields) -> Group:
    what, *at = button.split(".")
    place = tuple(int(step) for step in at if _STEP.match(step))
    if what == "drop" and _is_there(group, place):
        return conditions.without(group, place)
    if what == "group":
        return replace(group, items=(*group.items, Group(match="any")))
    if what == "add":
        return _added(group, place, fields.get(query.get("add" + "".join(f".{step}" for step in place), "")), fields)
    return group


def _is_there(group: Group, place: Place) -> bool:
    if not place or place[0] >= len(group.items):
        return False
    inner = group.items[place[0]]
    return len(place) == 1 or (isinstance(inner, Group) and place[1] < len(inner.items))


def _added(group: Group, place: Place, field: Field | None, fields: Fields) -> Group:
    if field is None or sum(1 for _one in conditions.each(group)) >= conditions.MOST:
        return group
    new = conditions.condition(field.key, next(iter(field.ops)), "", fields)
    if not place:
        return replace(group, items=(*group.items, new))
    if not _is_there(group, place):
        return group
    inner = group.items[place[0]]
    if not isinstance(inner, Group):
        return group
    items = list(group.items)
    items[place[0]] = replace(inner, items=(*inner.items, new))
    return replace(group, items=tuple(items))


def _filled(group: Group) -> Group:
    """Without conditions nobody gave a value, and without empty groups."""
    items: list[Condition | Group] = []
    for one in group.items:
        kept = _filled(one) if isinstance(one, Group) else one
        if kept.items if isinstance(kept, Group) else not kept.is_blank:
            items.append(kept)
    return replace(group, items=tuple(items))
