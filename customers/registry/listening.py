"""Who is told, within the transaction, that customers arrive or were settled, that contact points or trade changed,
that rows changed hands.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from django.db.backends.utils import CursorWrapper

Arriving = Callable[[CursorWrapper], None]
"""Told in the transaction that makes customers, just before: `imp_arriving` holds (customer_id, is_bare, tier_id).

Who decides tiers sets `tier_id`, null so far. `is_bare`: rows that name the customer were written before. Foreign keys
are checked when the transaction ends.
"""

Settled = Callable[[CursorWrapper], None]
"""Told in the transaction that let customers' fields be what their records say, be they the same: `imp_survived` holds
them (customer_id), and `imp_arriving` who of them has just been made.
"""

PointsChanged = Callable[[CursorWrapper], None]
"""Told in the transaction that changed contact points: `imp_changed_values` holds (kind, normalised, customer_id).

Whose row has to change it notes in `imp_touched`; the second time it is told, that row is locked and it writes it.
"""

Moved = Callable[[CursorWrapper, list[int], date], None]
"""Told in the transaction that gives customers what was another's; with the ids of those who receive, and the day since
when it is theirs. As above, whose row has to change is noted in `imp_touched`, and the row written when
`points_settled` tells.
"""

TradeChanged = Callable[[CursorWrapper, list[int]], None]
"""Told of customers whose trade changed, in the transaction in which their marks of that go."""

Recorded = Callable[[CursorWrapper, str], None]
"""Told of each chunk of an import, with its kind, when its source records are written and before its facts are: of
`imp_keys`, `_object` is the row a record becomes; `imp_refs` holds the records that its rows name.
"""

KeyShared = Callable[[CursorWrapper, str], None]
"""Told of a link key that too many records share, once those whom it linked are taken apart: nobody is told by it now,
others who would have it neither. And of one that is shared no more.
"""

Grouped = Callable[[CursorWrapper, str], None]
"""Told of each chunk of an import, with its kind, before anything is looked up: `imp_grouped` holds a row a record. Who
refuses one writes why to its `_conflict`, and the column to `_conflict_column`.
"""

Unkept = Callable[[str, str, Sequence[Mapping[str, str]]], set[int]]
"""Asked of rows that could not go in, by kind, source and the cells of their columns: which of them nobody may keep."""

_arriving: Final[list[Arriving]] = []
_settled: Final[list[Settled]] = []
_points_changed: Final[list[PointsChanged]] = []
_points_settled: Final[list[PointsChanged]] = []
_moved: Final[list[Moved]] = []
_trade_changed: Final[list[TradeChanged]] = []
_recorded: Final[list[Recorded]] = []
_key_shared: Final[list[KeyShared]] = []
_grouped: Final[list[Grouped]] = []
_unkept: Final[list[Unkept]] = []


def register_arriving(listener: Arriving) -> None:
    if listener not in _arriving:
        _arriving.append(listener)


def arriving(cursor: CursorWrapper) -> None:
    for listener in _arriving:
        listener(cursor)


def register_settled(listener: Settled) -> None:
    if listener not in _settled:
        _settled.append(listener)


def settled(cursor: CursorWrapper) -> None:
    for listener in _settled:
        listener(cursor)


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


def moved(cursor: CursorWrapper, customer_ids: list[int], *, since: date) -> None:
    for listener in _moved:
        listener(cursor, customer_ids, since)


def register_trade_changed(listener: TradeChanged) -> None:
    if listener not in _trade_changed:
        _trade_changed.append(listener)


def trade_changed(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    for listener in _trade_changed:
        listener(cursor, customer_ids)


def register_recorded(listener: Recorded) -> None:
    if listener not in _recorded:
        _recorded.append(listener)


def recorded(cursor: CursorWrapper, kind: str) -> None:
    for listener in _recorded:
        listener(cursor, kind)


def register_key_shared(listener: KeyShared) -> None:
    if listener not in _key_shared:
        _key_shared.append(listener)


def key_shared(cursor: CursorWrapper, key: str) -> None:
    for listener in _key_shared:
        listener(cursor, key)


def register_grouped(listener: Grouped) -> None:
    if listener not in _grouped:
        _grouped.append(listener)


def grouped(cursor: CursorWrapper, kind: str) -> None:
    for listener in _grouped:
        listener(cursor, kind)


def register_unkept(listener: Unkept) -> None:
    if listener not in _unkept:
        _unkept.append(listener)


def unkept(kind: str, system: str, rows: Sequence[Mapping[str, str]]) -> set[int]:
    """Their places among `rows`."""
    return {place for listener in _unkept for place in listener(kind, system, rows)} if rows else set()
