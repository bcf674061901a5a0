"""Who is told, within the transaction, that contact points changed or that customers received another's rows."""

from collections.abc import Callable
from typing import Final

from django.db.backends.utils import CursorWrapper

PointsChanged = Callable[[CursorWrapper], None]
"""Told in the transaction that changed contact points: `imp_changed_values` holds (kind, normalised, customer_id).

Whose row has to change it notes in `imp_touched`; the second time it is told, that row is locked and it writes it.
"""

Moved = Callable[[CursorWrapper, list[int]], None]
"""Told in the transaction that gives customers what was another's; with the ids of those who receive. As above, whose
row has to change is noted in `imp_touched`, and the row written when `points_settled` tells.
"""

_points_changed: Final[list[PointsChanged]] = []
_points_settled: Final[list[PointsChanged]] = []
_moved: Final[list[Moved]] = []


def register_points_changed(listener: PointsChanged) -> None:
    if listener not in _points_changed:
        _points_changed.append(listener)


def points_changed(cursor: CursorWrapper) -> None:
    for listener in _points_changed:
        listener(cursor)


def register_points_settled(listener: PointsChanged) -> None:
    if listener not in _points_settled:
        _points_settled.append(listener)


def points_settled(cursor: CursorWrapper) -> None:
    for listener in _points_settled:
        listener(cursor)


def register_moved(listener: Moved) -> None:
    if listener not in _moved:
        _moved.append(listener)


def moved(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    for listener in _moved:
        listener(cursor, customer_ids)
