"""What this process knows of the KPI rules, read again every few seconds so that a change reaches all of them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings

from metrics.models import KpiRules


@dataclass(frozen=True, slots=True)
class State:
    """`values`: rule → its value in force."""

    values: Mapping[str, int]


class Known:
    """What was read, and when (monotonic seconds)."""

    state: ClassVar[State | None] = None
    read_at: ClassVar[float] = 0.0


def state() -> State:
    """At most `CRM_COMPANY_REFRESH_S` seconds old (None: as old as the process)."""
    if Known.state is None or _is_old():
        return refresh()
    return Known.state


def _is_old() -> bool:
    limit: float | None = settings.CRM_COMPANY_REFRESH_S
    return limit is not None and time.monotonic() - Known.read_at > limit


def refresh() -> State:
    """Read it now: before work that must not begin with what was."""
    found = State(values=KpiRules.objects.order_by("-id")[:1].get().values)
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
