"""Requests that come together are written together."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from crm.common import locks
from customers.importing.api import combining
from customers.importing.api.combining import Combiner


class Writer:
    """The first write waits until it is let go; what each wrote is kept."""

    def __init__(self) -> None:
        self.began, self.go_on = Event(), Event()
        self.written: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.written.append(list(items))
        self.began.set()
        assert self.go_on.wait(10)
        if 13 in items:
            raise ValueError("13")
        return [-item for item in items]


def waiting(combiner: Combiner[int, int]) -> int:
    return sum(len(line) for line in combiner._waiting.values())


def gathered(combiner: Combiner[int, int], number: int) -> None:
    """Until so many wait."""
    turned = Event()
    for _ in range(1000):
        if waiting(combiner) == number:
            return
        turned.wait(0.01)
    raise AssertionError(waiting(combiner))


@pytest.mark.django_db
def test_what_comes_while_one_is_written_is_written_at_once() -> None:
    combiner, write = Combiner[int, int](most=5), Writer()
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(combiner.run, "k", [1], write)
        assert write.began.wait(10)
        others = []
        for number, items in enumerate(([2], [3, 4], [5], [6, 7]), 1):
            others.append(threads.submit(combiner.run, "k", items, write))
            gathered(combiner, number)
        write.go_on.set()
        assert [list(one.result(10)) for one in (first, *others)] == [[-1], [-2], [-3, -4], [-5], [-6, -7]]
    assert write.written == [[1], [2, 3, 4, 5], [6, 7]]
    assert combiner._waiting == {}


@pytest.mark.django_db
def test_an_error_is_told_to_all_who_were_written_together_and_the_next_go_on() -> None:
    combiner, write = Combiner[int, int](most=2), Writer()
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(combiner.run, "k", [1], write)
        assert write.began.wait(10)
        others = []
        for number, items in enumerate(([13], [3], [4]), 1):
            others.append(threads.submit(combiner.run, "k", items, write))
            gathered(combiner, number)
        write.go_on.set()
        assert list(first.result(10)) == [-1]
        assert [type(one.exception(10)) for one in others] == [ValueError, ValueError, type(None)]


@pytest.mark.django_db
def test_who_waits_too_long_is_let_go_and_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(combining, "WAIT_S", 0.05)
    combiner, write = Combiner[int, int](most=2), Writer()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(combiner.run, "k", [1], write)
        assert write.began.wait(10)
        with pytest.raises(locks.Busy):
            threads.submit(combiner.run, "k", [2], write).result(10)
        write.go_on.set()
        assert list(first.result(10)) == [-1]
    assert write.written == [[1]]
    assert combiner._waiting == {}
