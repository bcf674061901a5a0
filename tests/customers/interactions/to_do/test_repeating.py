from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.interactions.to_do.repeating import next_day
from customers.models import Task

DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))


def run(repeat: str, first: date, times: int) -> list[date]:
    """The days it comes on when each is done on its day."""
    days = [first]
    for _time in range(times):
        days.append(next_day(repeat=repeat, first=first, last=days[-1], today=days[-1]))
    return days[1:]


def test_the_31st_is_the_last_day_of_shorter_months_and_the_31st_again() -> None:
    assert run("monthly", date(2026, 12, 31), 5) == [
        date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31),
    ]  # fmt: skip


def test_the_29th_of_february_comes_on_the_28th_and_on_the_29th_again() -> None:
    assert run("yearly", date(2024, 2, 29), 4) == [
        date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29),
    ]  # fmt: skip


def test_working_days_leave_the_weekend_out() -> None:
    assert run("workdays", date(2026, 11, 26), 3) == [date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)]
    assert run("workdays", date(2026, 11, 28), 1) == [date(2026, 11, 30)]  # from a Saturday on


@pytest.mark.parametrize(
    ("repeat", "last", "today", "then"),
    [
        ("daily", date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 20)),
        ("weekly", date(2026, 11, 2), date(2026, 11, 20), date(2026, 11, 23)),
        ("monthly", date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 28)),
        ("monthly", date(2026, 1, 31), date(2026, 4, 1), date(2026, 4, 30)),
        ("yearly", date(2024, 2, 29), date(2026, 3, 1), date(2027, 2, 28)),
        ("weekly", date(2026, 11, 27), date(2026, 11, 25), date(2026, 12, 4)),  # done two days early
    ],
)
def test_what_passed_is_left_out_and_today_is_not(repeat: str, last: date, today: date, then: date) -> None:
    assert next_day(repeat=repeat, first=last, last=last, today=today) == then


@given(st.sampled_from([choice for choice in Task.Repeat.values if choice]), DAYS, DAYS, st.integers(0, 800))
def test_the_next_is_later_not_before_today_and_a_day_of_the_series(
    repeat: str, first: date, today: date, done: int
) -> None:
    last = first + timedelta(days=done)
    found = next_day(repeat=repeat, first=first, last=last, today=today)
    assert last < found >= today
    if repeat == "weekly":
        assert found.weekday() == first.weekday()
    if repeat in ("monthly", "yearly"):
        assert found.day == first.day or (found + timedelta(days=1)).day == 1
    if repeat == "workdays":
        assert found.weekday() < 5
