"""What the supervisor does all day: children that die are started again, and while developing those with new code."""

import time

from crm.embedded.places import CHECKOUT
from crm.embedded.problems import Problem
from crm.make import leftovers, programs
from crm.make.programs import Child
from crm.make.setup import say

TICK_S = 0.5


class Sources:
    """The Python files of this checkout, as they were when last looked at."""

    def __init__(self) -> None:
        self.seen = self._times()

    def changed(self) -> bool:
        before, self.seen = self.seen, self._times()
        return before != self.seen

    @staticmethod
    def _times() -> dict[str, int]:
        packages = [path.parent for path in CHECKOUT.glob("*/__init__.py") if path.parent.name != "tests"]
        return {str(path): path.stat().st_mtime_ns for package in packages for path in package.rglob("*.py")}


def watch(started: list[Child], port: int, *, development: bool = False) -> None:
    """Until a signal ends it; raises `Problem` when a child keeps dying."""
    sources = Sources() if development else None
    while True:
        time.sleep(TICK_S)
        if sources:
            again = _with_new_code(started, changed=sources.changed())
        else:
            again = [child for child in started if child.died() is not None]
            for child in again:
                _replace(child)
        if again:
            leftovers.remember(started, port)


def _with_new_code(started: list[Child], *, changed: bool) -> list[Child]:
    """Start again what does not see changed code by itself; what died, of the code most likely, waits for a change."""
    for child in started:
        if (code := child.died()) is not None:
            say(f"The {child.name} process died (exit code {code}) and waits for changed code. Log: {child.log}")
            child.process = None
    again = [child for child in started if changed and not (child.reloads and child.process)]
    programs.stop(again)
    for child in again:
        child.start()
    return again


def _replace(child: Child) -> None:
    code = child.died()
    if child.note_death(time.monotonic()):
        raise Problem(
            f"The {child.name} process keeps dying (exit code {code}), so everything was stopped. "
            f"Its last words:\n{child.last_words()}\nThe whole log: {child.log}"
        )
    say(f"The {child.name} process died (exit code {code}); starting it again. Log: {child.log}")
    time.sleep(min(len(child.deaths), 5) - 1)
    child.start()
