"""Columns that follow from other rows, for the nightly check to hold against them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

Mend = Callable[[CursorWrapper, int, int], int]


@dataclass(frozen=True, kw_only=True)
class Derived:
    """Derived columns of `table`, a model's. `label`: what pages call its rows.

    `mend(cursor, first, after)` works the columns out from the rows they follow from, for the ids from `first` up to
    but not including `after`, and writes those that differ; returns how many rows. It locks nothing unless one differs.
    """

    key: str
    label: str | Promise
    table: str
    mend: Mend


_derived: Final[dict[str, Derived]] = {}


def register_derived(derived: Derived) -> None:
    _derived[derived.key] = derived


def all_derived() -> list[Derived]:
    return list(_derived.values())
