import os
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from coverage import Coverage

from tests import notes
from tests.measuring import HERE

SAMPLE = '''"""Everything that a program may do."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(
    frozen=True,
)
class Pair:
    """A docstring."""

    one: int
    other: int = 0
    """Said of it."""

    def __bool__(self) -> bool:
        return bool(self.one)


def branches(n: int) -> str:
    """Nothing but these."""
    global LAST
    LAST = n
    if n < 0:
        return "below"
    if n > 100:
        n = 100
    if (
        n > 50
        and n < 70
    ):
        return "several"
    elif n == 7:
        pass
    elif n == 8:
        return {
            "a": n,
        }["a"]
    else:
        n += 1
    for each in range(n):
        if each == 3:
            continue
        if each == 20:
            break
    else:
        return "through"
    while n > 30:
        n -= 10
        if n == 31:
            break
    while True:
        if n:
            return str(n)


def cases(what: object) -> str:
    match what:
        case int() if what > 3:
            return "much"
        case int():
            found = "little"
        case [first, *rest] | (
            first, rest
        ):
            found = f"{first}{rest}"
            if rest:
                found += "more"
        case str() as text:
            found = text
    match found:
        case "little":
            return "l"
        case _:
            pass
    return found


def errors(what: object) -> object:
    try:
        with suppress(ZeroDivisionError):
            1 / what
            for _ in range(2):
                with suppress(KeyError):
                    if what == 2:
                        raise KeyError
        found = [1][what]
    except TypeError:
        return "type"
    except (
        IndexError,
        KeyError,
    ) as error:
        found = error
        if what == 5:
            raise ValueError from error
    else:
        found = [x for x in range(3) if x != found]
    finally:
        if what == 4:
            LASTS.append(what)
    return found


LASTS: list[object] = []


@contextmanager
def manager():
    yield (lambda x:
        x + 1)


def nested(n: int):
    def inner(m):
        if m:
            return m
        @staticmethod
        def innermost():
            yield from range(m)
        return innermost
    with manager() as a, manager() as b:
        if n:
            return inner(a(b(n)))
    async def never():
        async for _ in n:
            async with n:
                await n
    del a
    return inner(0)


for _number in range(2):
    if _number:
        class InALoop:
            if True:
                x = 1
'''


def refused(ask: Callable[[int], object], what: int) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        ask(what)


DOES: list[Callable[[ModuleType], object]] = [
    lambda _m: None,
    lambda m: m.Pair(1) and m.branches(7),
    lambda m: [m.branches(n) for n in (-1, 7, 8, 60, 101)],
    lambda m: [m.branches(n) for n in (2, 51, 71, 41)],
    lambda m: m.cases(5),
    lambda m: [m.cases(what) for what in (1, [2], [2, 3])],
    lambda m: [m.cases(what) for what in ("a", "little")],
    lambda m: m.cases("a"),
    lambda m: m.errors(0),
    lambda m: [m.errors(what) for what in (2, 3, "text")],
    lambda m: m.errors(4),
    lambda m: refused(m.errors, 5),
    lambda m: m.nested(0),
    lambda m: m.nested(1),
]


def imported(path: Path, name: str = "sample") -> ModuleType:
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def counting(path: Path) -> Coverage:
    return Coverage(data_file=None, branch=True, include=[str(path)], config_file=False)


def said_of(path: Path, measuring: Coverage) -> tuple[object, ...]:
    """Statements, missing ones, and of each branch how many ways there are and how many were taken."""
    _name, statements, _excluded, missing, _text = measuring.analysis2(str(path))
    return statements, missing, measuring.branch_stats(str(path))


def by_tracer(path: Path, do: Callable[[ModuleType], object]) -> tuple[object, ...]:
    measuring = counting(path)
    with measuring.collect():
        do(imported(path))
    return said_of(path, measuring)


def by_notes(path: Path, do: Callable[[ModuleType], object], monkeypatch: pytest.MonkeyPatch) -> tuple[object, ...]:
    with monkeypatch.context() as patch, notes.forgotten():
        patch.setattr(sys, "path", [str(path.parent), *sys.path])
        patch.setattr(sys, "meta_path", [notes.Finder([path.stem], []), *sys.meta_path])
        module = __import__(path.stem)
        do(module)
        del sys.modules[path.stem]
        measuring = counting(path)
        measuring.get_data().add_arcs({str(path): notes.modules.pop(str(path)).arcs()})
    return said_of(path, measuring)


@pytest.mark.parametrize("do", DOES)
def test_they_say_what_a_tracer_says(
    do: Callable[[ModuleType], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"sample_{DOES.index(do)}.py"
    path.write_text(SAMPLE)
    assert by_notes(path, do, monkeypatch) == by_tracer(path, do)


def test_they_begin_where_they_are_wanted_and_in_no_process_that_is_started_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = list(sys.meta_path)
    monkeypatch.setattr(sys, "meta_path", list(before))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv(notes.WANTED, "workers")
    notes.begin_where_wanted()
    assert (sys.meta_path, os.environ[notes.WANTED]) == (before, "workers")

    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    notes.begin_where_wanted()
    assert isinstance(sys.meta_path[0], notes.Finder)
    assert notes.WANTED not in os.environ


def test_what_is_forgotten_is_not_said(tmp_path: Path) -> None:
    before = list(notes.noted)
    with notes.forgotten():
        notes.noted.extend([1, 1])
        notes.noted[: len(before)] = [1] * len(before)
    assert notes.noted == [*before, 0, 0]
    del notes.noted[len(before) :]


def test_only_what_is_measured_is_noted(tmp_path: Path) -> None:
    finder = notes.Finder(["tests"], ["*/factories/*"])
    assert isinstance(finder.find_spec("tests.plans", [str(HERE)]).loader, notes.Loader)  # type: ignore[union-attr]
    left = [finder.find_spec("tests.factories.notes", [str(HERE / "factories")]), finder.find_spec("json", None)]
    assert [isinstance(spec and spec.loader, notes.Loader) for spec in left] == [False, False]
