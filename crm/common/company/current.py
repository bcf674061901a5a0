"""The company's facts at hand in every process, read again every few seconds so that a change reaches all of them."""

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """`time_zone`: an IANA name. `currency`: three letters. `zone_is_changing`: stored days are being cut anew."""

    time_zone: str
    currency: str
    zone_is_changing: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Known:
    """What this process knows, and when (monotonic seconds) it read it."""

    facts: ClassVar[CompanyFacts | None] = None
    read_at: ClassVar[float] = 0.0


def company() -> CompanyFacts:
    """At most `CRM_COMPANY_REFRESH_S` seconds old (None: as old as the process); one query when it is read again."""
    if Known.facts is None or _is_old():
        return refresh()
    return Known.facts


def _is_old() -> bool:
    limit: float | None = settings.CRM_COMPANY_REFRESH_S
    return limit is not None and time.monotonic() - Known.read_at > limit


def refresh() -> CompanyFacts:
    """Read it now: before work that must not begin with what was."""
    row = apps.get_model("common", "Company").objects.get(pk=1)
    assume(CompanyFacts(row.time_zone, row.currency, row.zone_changing_since is not None))
    assert Known.facts is not None
    return Known.facts


def assume(facts: CompanyFacts | None) -> None:
    """Take this for known; None: read it at the next question."""
    Known.facts, Known.read_at = facts, time.monotonic()


@contextmanager
def assumed(*, time_zone: str = "UTC", currency: str = "EUR") -> "Iterator[None]":
    """For work on a company that is not the database's, such as a calculation without one."""
    before = Known.facts
    assume(CompanyFacts(time_zone, currency))
    try:
        yield
    finally:
        assume(before)
