"""Columns that follow from other rows, for the nightly check to hold against them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Derived:
    """Derived columns of `table`, a model's. `label`: what pages call its rows.

    `find(cursor, first, after)`: which rows with ids from `first` up to but not including `after` are not what they
    follow from; locks nothing. `mend(cursor, ids)` works some rows out again, with what they follow from locked, and
    writes those that still differ; returns how many.
    """

    key: str
    label: str | Promise
    table: str
    find: Callable[[CursorWrapper, int, int], list[int]]
    mend: Callable[[CursorWrapper, list[int]], int]


_derived: Final[dict[str, Derived]] = {}


def register_derived(derived: Derived) -> None:
    _derived[derived.key] = derived


def all_derived() -> list[Derived]:
    return list(_derived.values())
