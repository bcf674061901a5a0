"""What the supervisor does all day: what dies is started again, be it a child or an embedded server."""

import time
from contextlib import suppress
from dataclasses import dataclass

from crm.embedded import services
from crm.embedded.places import CHECKOUT
from crm.embedded.problems import Problem
from crm.make import leftovers, programs
from crm.make.programs import Child
from crm.make.setup import say

TICK_S = 0.5
RETRY_S = 5.0


@dataclass
class Servers:
    """The embedded PostgreSQL and Redis. Where starting fails (a full disk, say) it is tried again and again."""

    again_at: float = 0.0
    said: str = ""

    def bring_back(self) -> bool:
        """Start those that died; whether any had."""
        dead = services.dead()
        if not dead or time.monotonic() < self.again_at:
            return bool(dead)
        if not self.said:
            say(f"{' and '.join(dead)} died; starting it again.")
        try:
            services.start()
            self.said = ""
        except (Problem, OSError) as problem:
            self.again_at = time.monotonic() + RETRY_S
            if str(problem) != self.said:
                say(f"{problem}\nIt is tried again every {RETRY_S:.0f} seconds.")
            self.said = str(problem)
        return True


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
        found: dict[str, int] = {}
        for path in (path for package in packages for path in package.rglob("*.py")):
            with suppress(FileNotFoundError):  # one that is just replaced, or an editor's lock, which leads nowhere
                found[str(path)] = path.stat().st_mtime_ns
        return found


def watch(started: list[Child], port: int, *, development: bool = False) -> None:
    """Until a signal ends it; raises `Problem` when a child keeps dying of itself."""
    servers, addresses = Servers(), services.urls()
    sources = Sources() if development else None
    while True:
        time.sleep(TICK_S)  # noqa: TID251 - looks once a tick, for as long as the product runs
        outage = servers.bring_back()
        if outage and services.urls() != addresses:  # its port was taken meanwhile: all must look it up anew
            addresses = services.urls()
            programs.stop(started)
        if sources:
            again = _with_new_code(started, changed=sources.changed() or outage)
        else:
            again = _start_dead(started, outage=outage)
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


def _start_dead(started: list[Child], *, outage: bool) -> list[Child]:
    """Start again what died. Who dies for want of a database is not to blame, and is started when it is there."""
    dead = [child for child in started if child.died() is not None]
    if dead and not services.database_answers():
        for child in dead:
            if not child.waits:
                say(f"The {child.name} process died and waits for the database. Log: {child.log}")
            child.waits = True
        return []
    for child in dead:
        _replace(child, blameless=outage or child.waits)
    return dead


def _replace(child: Child, *, blameless: bool) -> None:
    code = child.died()
    if not blameless and child.note_death(time.monotonic()):
        raise Problem(
            f"The {child.name} process keeps dying (exit code {code}), so everything was stopped. "
            f"Its last words:\n{child.last_words()}\nThe whole log: {child.log}"
        )
    say(f"The {child.name} process died (exit code {code}); starting it again. Log: {child.log}")
    time.sleep(max(min(len(child.deaths), 5) - 1, 0))  # noqa: TID251 - not to spin where it dies at once
    child.waits = False
    child.start()
