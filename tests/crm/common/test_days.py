"""A day is the company's, wherever the clock that tells the moment stands."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from crm.common.company import current
from crm.common.days import add_months, company_zone, day_of, days_between, month_end, month_start, start_of, today


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2026, 3, 31)),
        ("Asia/Shanghai", date(2026, 4, 1)),
        ("Europe/Berlin", date(2026, 4, 1)),
        ("America/New_York", date(2026, 3, 31)),
    ],
)
def test_the_day_of_a_moment_is_that_of_the_companys_zone(zone: str, day: date) -> None:
    moment = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    with current.assumed(time_zone=zone), time_machine.travel(moment, tick=False):
        assert (company_zone().key, day_of(moment), today()) == (zone, day, day)


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("UTC", date(2026, 3, 29), datetime(2026, 3, 29, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),  # the clock goes forward later
        ("Europe/Berlin", date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Asia/Shanghai", date(2026, 3, 29), datetime(2026, 3, 28, 16, tzinfo=UTC)),
    ],
)
def test_a_day_starts_at_midnight_of_the_companys_zone(zone: str, day: date, moment: datetime) -> None:
    with current.assumed(time_zone=zone):
        assert start_of(day) == moment
        assert day_of(start_of(day)) == day


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 11, 1), -24, date(2024, 11, 1)),
        (date(2026, 11, 30), 25, date(2028, 12, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 2, 14), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 12, 1), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2026, 4, 30), date(2026, 4, 1), date(2026, 4, 30)),
        (date.max, date(9999, 12, 1), date.max),
    ],
)
def test_the_first_and_the_last_of_a_month(day: date, first: date, last: date) -> None:
    assert (month_start(day), month_end(day)) == (first, last)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 2, 27), date(2026, 3, 1), [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]),
        (date(2026, 2, 27), date(2026, 2, 27), [date(2026, 2, 27)]),
        (date(2026, 2, 27), date(2026, 2, 26), []),
    ],
)
def test_the_days_between_hold_both_ends(first: date, last: date, days: list[date]) -> None:
    assert days_between(first, last) == days
