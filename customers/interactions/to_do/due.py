"""When a task is due: a day, or a time of it, on the clock of the company's zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from crm.common.errors import DomainError

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
MORNING: Final = time(8)
"""When work begins: who is reminded of a day is so then."""


class OutOfReach(DomainError):
    """A day so far away that it must be a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Due:
    """Some day (`on` None), a day, or a time of a day."""

    on: date | None = None
    at: time | None = None


SOME_DAY: Final = Due()


def moment_of(due: Due, zone: ZoneInfo) -> datetime | None:
    """The moment after which it is overdue: its time, or the end of its day.

    As calendars have it (RFC 5545): a time that the clock skips is meant by the clock as it went before, so 02:30 is
    03:30; of one that comes twice the first is meant.
    """
    if due.on is None:
        return None
    day, at = (due.on + timedelta(days=1), time.min) if due.at is None else (due.on, due.at)
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def start_of_work(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)


def check_reach(day: date | None) -> None:
    """Raises OutOfReach."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise OutOfReach(_("Choose a day between the years 2000 and 2199."))
