"""What a condition comes to where it is known whether a field is empty.

A list reads those that have a value in its order, then those that have none. "Before a day, or never" is a range of the
order's index among the first and no question among the second; the planner sees neither, and reads all of both.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q

Settled = Q | bool
IS_NULL = "__isnull"


def settled(where: Q, path: str, *, is_empty: bool, has_value: Callable[[str], bool] = lambda _path: False) -> Settled:
    """The same among those whose `path`, a field or a relation, is empty or is not. True: all of them, False: none.

    `has_value`: whether what is reached through the relation always has a value where the relation has.
    """
    if not where:  # also turned round, as Django has it
        return True
    parts = [_part(one, path, is_empty, has_value) for one in where.children]
    is_and = where.connector == Q.AND
    if where.connector not in (Q.AND, Q.OR):
        return where
    left = [one for one in parts if not isinstance(one, bool)]
    if (not is_and) in parts:  # one true of any, one false of all
        found: Settled = not is_and
    elif not left:
        found = is_and
    else:
        found = Q(*left, _connector=where.connector) if len(left) > 1 else Q(left[0])
    if not where.negated:
        return found
    return not found if isinstance(found, bool) else ~found


def _part(one: Any, path: str, is_empty: bool, has_value: Callable[[str], bool]) -> Any:
    if isinstance(one, Q):
        return settled(one, path, is_empty=is_empty, has_value=has_value)
    if not isinstance(one, tuple):
        return one
    key, value = one
    if key != path and not key.startswith(f"{path}__"):
        return one
    asks_for_none = key.endswith(IS_NULL)
    if is_empty:
        return bool(value) if asks_for_none else False
    reached = key.removesuffix(IS_NULL)
    return not value if asks_for_none and (reached == path or has_value(reached)) else one


def about(where: Q, path: str) -> Q:
    """What of it is asked of `path` alone, and of all rows."""
    if where.negated or where.connector != Q.AND:
        return where if _is_about(where, path) else Q()
    return Q(*(one for one in where.children if _is_about(one, path)))


def _is_about(one: Any, path: str) -> bool:
    if isinstance(one, Q):
        return all(_is_about(inner, path) for inner in one.children)
    return isinstance(one, tuple) and (one[0] == path or one[0].startswith(f"{path}__"))
