"""Days and times as people write them: "tomorrow 9:00", "mon", "in 3 days", "3 Dec", "明天下午3点", "下周一"."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar

from django.utils.translation import gettext as _

from crm.common.days import add_months
from crm.common.errors import DomainError
from customers.interactions.to_do.due import Due

V = TypeVar("V")
Found = re.Match[str]
Reading = Callable[[Found, datetime], V]
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS_ZH: Final = "一二三四五六日"
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DIGITS_ZH: Final = {"两": 2, **{sign: value for value, sign in enumerate("一二三四五六七八九十", start=1)}}

_WEEKDAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_COUNT = r"(\d{1,4}|an?|[两一二三四五六七八九十])"


class NotUnderstood(DomainError):
    """No day or time in it that we know of."""

    def __init__(self, text: str) -> None:
        words = _(
            "“%(text)s” is not understood. Write a day such as tomorrow, Monday, 3 Dec or 2026-12-03, "
            "and a time such as 9:00 if it has one."
        )
        super().__init__(words % {"text": text})


def read_due(text: str, *, now: datetime) -> Due:
    """What is meant at `now`, which is on the company's clock; nothing written is no day. Raises NotUnderstood.

    A time alone is the next time the clock shows it; a weekday the next one, not today.
    """
    said = " ".join(text.lower().replace("，", " ").replace("：", ":").replace(",", " ").split())
    if not said:
        return Due()
    try:
        return _in_a_while(said, now) or _day_and_time(said, now)
    except (ValueError, OverflowError):  # such as the 31st of June, or in 9999 years
        raise NotUnderstood(text) from None


def _in_a_while(said: str, now: datetime) -> Due | None:
    """Hours and minutes from now."""
    found = re.fullmatch(rf"in {_COUNT} ?(h|hours?|min|minutes?)|{_COUNT} ?个?(小时|分钟)[之以]?后", said)
    if not found:
        return None
    count, unit = found[1] or found[3], found[2] or found[4]
    span = timedelta(minutes=_number(count) * (60 if unit[0] in "h小" else 1))
    moment = (now.astimezone(UTC) + span).astimezone(now.tzinfo)  # two hours are two hours, whatever the clock does
    return Due(moment.date(), moment.time().replace(second=0, microsecond=0))


def _day_and_time(said: str, now: datetime) -> Due:
    rest, at = _cut(said, TIMES, now)
    rest, on = _cut(rest, DAYS, now)
    if re.sub(r"\b(at|on)\b", "", rest).strip():
        raise ValueError(rest)
    if on is None and at is not None:
        return Due(now.date() if at > now.time() else now.date() + timedelta(days=1), at)
    return Due(on, at)


def _cut(said: str, patterns: "tuple[tuple[str, Reading[V]], ...]", now: datetime) -> tuple[str, V | None]:
    """What is left when the first that fits is taken out, and what it means."""
    for pattern, meant in patterns:
        found = re.search(pattern, said)
        if found:
            return said[: found.start()] + " " + said[found.end() :], meant(found, now)
    return said, None


def _number(text: str) -> int:
    return 1 if text in ("a", "an") else DIGITS_ZH[text] if text in DIGITS_ZH else int(text)


def _clock(found: Found, _now: datetime) -> time:
    return time(int(found[1]), int(found[2]))


def _twelve_hours(found: Found, _now: datetime) -> time:
    hour = int(found[1])
    if not 1 <= hour <= 12:
        raise ValueError(found[0])
    return time(hour % 12 + (12 if found[3] == "p" else 0), int(found[2] or 0))


def _clock_zh(found: Found, _now: datetime) -> time:
    """下午3点半, 上午9点15分."""
    hour = _number(found[2])
    minute = 30 if found[3] == "半" else int(found[3] or 0)
    return time(hour + 12 if found[1] in ("下午", "晚上") and hour < 12 else hour, minute)


TIMES: Final = (
    (r"\b(\d{1,2})(?::(\d{2}))? ?([ap])\.?m\b\.?", _twelve_hours),
    (r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])", _clock),
    (r"(上午|下午|早上|晚上|中午)? ?(\d{1,2}|[两一二三四五六七八九十]) ?[点點时] ?(半|\d{1,2})?分?", _clock_zh),
    (r"\bnoon\b|中午", lambda _found, _now: time(12)),
)


def _in_days(days: int) -> Callable[[Found, datetime], date]:
    return lambda _found, now: now.date() + timedelta(days=days)


def _weekday(found: Found, now: datetime) -> date:
    return _next(WEEKDAYS.index(found[1]), now)


def _weekday_zh(found: Found, now: datetime) -> date:
    day = WEEKDAYS_ZH.index("日" if found[2] == "天" else found[2])
    return _monday_after(now) + timedelta(days=day) if found[1] else _next(day, now)


def _next(weekday: int, now: datetime) -> date:
    return now.date() + timedelta(days=(weekday - now.weekday() - 1) % 7 + 1)


def _next_week(_found: Found, now: datetime) -> date:
    return _monday_after(now)


def _monday_after(now: datetime) -> date:
    return now.date() + timedelta(days=7 - now.weekday())


def _on_weekday_of_next_week(found: Found, now: datetime) -> date:
    return _monday_after(now) + timedelta(days=WEEKDAYS.index(found[1]))


def _in_units(found: Found, now: datetime) -> date:
    count, unit = _number(found[1]), found[2][0]
    if unit in "m月":
        return add_months(now.date(), count)
    return now.date() + timedelta(days=count * (7 if unit in "w周星" else 1))


def _iso(found: Found, _now: datetime) -> date:
    return date(int(found[1]), int(found[2]), int(found[3]))


def _dotted(found: Found, now: datetime) -> date:
    """3.12. and 3.12.2026: the day first, as those write who write dots."""
    return _of_a_year(int(found[1]), int(found[2]), found[3], now)


def _day_month(found: Found, now: datetime) -> date:
    return _of_a_year(int(found[1]), MONTHS.index(found[2]) + 1, found[3], now)


def _month_day(found: Found, now: datetime) -> date:
    return _of_a_year(int(found[2]), MONTHS.index(found[1]) + 1, found[3], now)


def _month_day_zh(found: Found, now: datetime) -> date:
    return _of_a_year(int(found[3]), int(found[2]), found[1], now)


def _of_a_year(day: int, month: int, year: str | None, now: datetime) -> date:
    """Without a year, the next time there is such a day."""
    if year:
        return date(int(year), month, day)
    for candidate in range(now.year, now.year + 9):
        if (day, month) != (29, 2) or (candidate % 4 == 0 and (candidate % 100 or candidate % 400 == 0)):
            found = date(candidate, month, day)
            if found >= now.date():
                return found
    raise ValueError(day, month)


DAYS: Final = (
    (r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", _iso),
    (r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?", _month_day_zh),
    (r"\b(\d{1,2})\.(\d{1,2})\.?(\d{4})?(?!\d)", _dotted),
    (rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.? ?{_MONTH}(?: (\d{{4}}))?(?![a-z])", _day_month),
    (rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?: (\d{{4}}))?(?!\d)", _month_day),
    (r"\bday after tomorrow\b|(?<!大)后天", _in_days(2)),
    (r"大后天", _in_days(3)),
    (r"\b(?:tomorrow|tmr|tom)\b|明天", _in_days(1)),
    (r"\b(?:today|tonight)\b|今天|今晚", _in_days(0)),
    (rf"\bnext {_WEEKDAY}", _on_weekday_of_next_week),
    (r"(下)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])", _weekday_zh),
    (rf"\bin {_COUNT} ?(d|days?|w|weeks?|months?)\b", _in_units),
    (rf"{_COUNT} ?个?(天|周|星期|月)[之以]?后", _in_units),
    (r"\bnext week\b|下周|下星期", _next_week),
    (rf"\b{_WEEKDAY}\b", _weekday),
)
