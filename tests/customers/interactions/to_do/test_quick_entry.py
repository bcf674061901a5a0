from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.interactions.to_do.due import Due
from customers.interactions.to_do.quick_entry import NotUnderstood, read_due

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # a Wednesday


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("", Due()),
        ("tomorrow 9:00", Due(date(2026, 11, 26), time(9))),
        ("Tomorrow at 9am", Due(date(2026, 11, 26), time(9))),
        ("today 3:15 pm", Due(date(2026, 11, 25), time(15, 15))),
        ("12 am tomorrow", Due(date(2026, 11, 26), time(0))),
        ("14:00", Due(date(2026, 11, 25), time(14))),
        ("9:00", Due(date(2026, 11, 26), time(9))),  # today it has passed
        ("noon", Due(date(2026, 11, 25), time(12))),
        ("day after tomorrow", Due(date(2026, 11, 27))),
        ("wed", Due(date(2026, 12, 2))),
        ("Monday 8:30", Due(date(2026, 11, 30), time(8, 30))),
        ("next week", Due(date(2026, 11, 30))),
        ("next friday", Due(date(2026, 12, 4))),
        ("in 3 days", Due(date(2026, 11, 28))),
        ("in a week", Due(date(2026, 12, 2))),
        ("in 3 months", Due(date(2027, 2, 25))),
        ("in 2 hours", Due(date(2026, 11, 25), time(12, 30))),
        ("in 15 hours", Due(date(2026, 11, 26), time(1, 30))),
        ("in 45 min", Due(date(2026, 11, 25), time(11, 15))),
        ("3.12.", Due(date(2026, 12, 3))),
        ("3.12.2027 14:00", Due(date(2027, 12, 3), time(14))),
        ("3.1.", Due(date(2027, 1, 3))),
        ("3 Dec", Due(date(2026, 12, 3))),
        ("Dec 3rd, 9:00", Due(date(2026, 12, 3), time(9))),
        ("3 dec 2028", Due(date(2028, 12, 3))),
        ("29 Feb", Due(date(2028, 2, 29))),
        ("2026-12-03", Due(date(2026, 12, 3))),
        ("2026-12-03 14:30", Due(date(2026, 12, 3), time(14, 30))),
        ("明天", Due(date(2026, 11, 26))),
        ("明天下午3点半", Due(date(2026, 11, 26), time(15, 30))),
        ("后天 9:00", Due(date(2026, 11, 27), time(9))),
        ("大后天", Due(date(2026, 11, 28))),
        ("周一", Due(date(2026, 11, 30))),
        ("下周三上午10点", Due(date(2026, 12, 2), time(10))),
        ("下周", Due(date(2026, 11, 30))),
        ("3天后", Due(date(2026, 11, 28))),
        ("两周后", Due(date(2026, 12, 9))),
        ("2小时后", Due(date(2026, 11, 25), time(12, 30))),
        ("12月3日", Due(date(2026, 12, 3))),
        ("2027年1月5号 9点", Due(date(2027, 1, 5), time(9))),
    ],
)
def test_is_read_as_people_write_it(text: str, due: Due) -> None:
    assert read_due(text, now=NOW) == due


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (datetime(2026, 3, 29, 1, 30, tzinfo=NOW.tzinfo), time(4, 30)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=NOW.tzinfo), time(2, 30)),
    ],
)
def test_hours_are_as_long_as_ever_when_the_clock_is_changed(now: datetime, at: time) -> None:
    assert read_due("in 2 hours", now=now) == Due(now.date(), at)


@pytest.mark.parametrize(
    "text",
    ["soon", "31 June", "30.2.", "25:00", "13 pm", "tomorrow or so", "3/12", "monday tuesday"],
)
def test_what_is_not_understood_is_said_with_examples(text: str) -> None:
    with pytest.raises(NotUnderstood, match="Write a day such as tomorrow") as refused:
        read_due(text, now=NOW)
    assert f"“{text}”" in str(refused.value)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_day_or_refused(text: str) -> None:
    try:
        read_due(text, now=NOW)
    except NotUnderstood:
        return
