from collections.abc import Callable
from typing import Any

import pytest

from customers.registry import listening
from customers.registry.listening import (
    moved,
    points_changed,
    points_settled,
    register_moved,
    register_points_changed,
    register_points_settled,
)
from tests.conftest import NOON

CURSOR: Any = object()
Told = list[tuple[Any, ...]]
EVENTS: dict[str, tuple[Callable[[Any], None], Callable[[], None], tuple[Any, ...]]] = {
    "changed": (register_points_changed, lambda: points_changed(CURSOR), (CURSOR,)),
    "settled": (register_points_settled, lambda: points_settled(CURSOR), (CURSOR,)),
    "moved": (register_moved, lambda: moved(CURSOR, [3, 4], since=NOON.date()), (CURSOR, [3, 4], NOON.date())),
}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_points_changed", "_points_settled", "_moved"):
        monkeypatch.setattr(listening, name, [])


def listener(told: Told, name: str) -> Callable[..., None]:
    return lambda *given: told.append((name, *given))


@pytest.mark.parametrize("event", EVENTS)
def test_each_is_told_once_in_the_order_they_came(event: str) -> None:
    register, tell, given = EVENTS[event]
    told: Told = []
    tell()
    assert told == []
    first, second = listener(told, "first"), listener(told, "second")
    for one in (first, second, first):
        register(one)
    tell()
    assert told == [("first", *given), ("second", *given)]


@pytest.mark.parametrize("event", EVENTS)
def test_who_listens_to_one_is_not_told_of_the_others(event: str) -> None:
    told: Told = []
    register, _tell, _given = EVENTS[event]
    register(listener(told, event))
    for _register, tell, _given in EVENTS.values():
        tell()
    assert [name for name, *_ in told] == [event]


def test_one_that_fails_stops_the_transaction_it_is_told_in() -> None:
    def fail(_cursor: object) -> None:
        raise ValueError("no")

    told: Told = []
    register_points_changed(fail)
    register_points_changed(listener(told, "next"))
    with pytest.raises(ValueError, match="no"):
        points_changed(CURSOR)
    assert told == []
