"""What this process knows of the KPI rules and of the figures there are, read again every few seconds.

A page or a verdict takes one state for all it reads (`pinned`), so that no two of its figures follow different rules.
What is a few seconds old does no harm: a version of the figures is removed only long after nobody is shown it.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings

from metrics.models import KpiRules, RollupVersion


@dataclass(frozen=True, slots=True)
class State:
    """`values`: rule → its value in force. `kept`: the versions of rollups that are not being removed."""

    values: Mapping[str, int]
    kept: tuple[RollupVersion, ...] = ()

    def versions_of(self, source: int) -> list[RollupVersion]:
        return [each for each in self.kept if each.source == source]


class Known:
    """What was read, and when (monotonic seconds)."""

    state: ClassVar[State | None] = None
    read_at: ClassVar[float] = 0.0


_pinned: ContextVar[State | None] = ContextVar("pinned", default=None)


def state() -> State:
    """At most `CRM_COMPANY_REFRESH_S` seconds old (None: as old as the process), or the one that is pinned."""
    pinned = _pinned.get()
    if pinned is not None:
        return pinned
    if Known.state is None or _is_old():
        return refresh()
    return Known.state


def _is_old() -> bool:
    limit: float | None = settings.CRM_COMPANY_REFRESH_S
    return limit is not None and time.monotonic() - Known.read_at > limit


def values_now() -> Mapping[str, int]:
    """Rule → its value in force, from the database."""
    return KpiRules.objects.order_by("-id")[:1].get().values


def refresh() -> State:
    """Read it now: before work that must not begin with what was."""
    found = State(values=values_now(), kept=tuple(RollupVersion.objects.filter(going=False)))
    assume(found)
    return found


def assume(found: State | None) -> None:
    """Take this for known; None: read it at the next question."""
    Known.state, Known.read_at = found, time.monotonic()


@contextmanager
def assumed(found: State) -> Iterator[None]:
    before = Known.state
    assume(found)
    try:
        yield
    finally:
        assume(before)


@contextmanager
def pinned() -> Iterator[State]:
    """One state for everything that is read meanwhile, here and in what is called. A decorator too."""
    token = _pinned.set(state())
    try:
        yield state()
    finally:
        _pinned.reset(token)
