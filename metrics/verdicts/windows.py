"""Which days are compared with which."""

from dataclasses import dataclass
from datetime import date, timedelta

from crm.common.days import days_between, month_end

MIN_DAYS = 28
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Window:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def centre(self) -> float:
        """Its middle on the running scale of months used for trends."""
        return (month_number(self.first) + month_number(self.last)) / 2

    def overlaps(self, first: date, last: date) -> bool:
        return first <= self.last and last >= self.first


def month_number(day: date) -> float:
    """Months since year 0, with the day as a fraction of its month."""
    return day.year * 12 + day.month - 1 + (day.day - 0.5) / month_end(day).day


def current_window(*, baseline: Window, go_live: date, last: date) -> Window | None:
    """The last days up to `last`: as many as the baseline has, but none before go-live. None before go-live."""
    if last < go_live:
        return None
    return Window(max(go_live, last - timedelta(days=baseline.length - 1)), last)


def same_season(*, baseline: Window, current: Window) -> frozenset[date] | None:
    """The baseline's days that stand on the same calendar days as the current window.

    None where seasons need no care (a year or more now) or the baseline does not cover all of those days.
    """
    if current.length >= YEAR_DAYS:
        return None
    wanted = {(day.month, day.day) for day in days_between(current.first, current.last)} - {(2, 29)}
    kept = [day for day in days_between(baseline.first, baseline.last) if (day.month, day.day) in wanted]
    if {(day.month, day.day) for day in kept} != wanted:
        return None
    return frozenset(kept)


def is_read_out(day: date) -> bool:
    """Read-outs fall on the last day of a month; looking in between finds chance changes more often."""
    return day == month_end(day)
