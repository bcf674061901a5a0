import datetime as dt

from django.utils import translation
from django.utils.timesince import timesince
from hypothesis import example, given
from hypothesis import strategies as st

from crm.common.spans import largest, relative, words

START = dt.datetime(1996, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 34 * 366 * 86_400_000).map(lambda passed: START + dt.timedelta(milliseconds=passed))


@given(MOMENTS, MOMENTS)
@example(dt.datetime(2024, 1, 31, tzinfo=dt.UTC), dt.datetime(2024, 2, 29, 23, tzinfo=dt.UTC))
@example(dt.datetime(2024, 2, 29, 1, tzinfo=dt.UTC), dt.datetime(2025, 2, 28, 1, tzinfo=dt.UTC))
@example(dt.datetime(2024, 5, 1, tzinfo=dt.UTC), dt.datetime(2024, 5, 1, 0, 0, 59, tzinfo=dt.UTC))
@example(dt.datetime(2024, 5, 1, tzinfo=dt.UTC), dt.datetime(2024, 5, 8, tzinfo=dt.UTC))
def test_it_says_what_django_says(one: dt.datetime, other: dt.datetime) -> None:
    earlier, later = sorted((one, other))
    with translation.override("en"):
        assert words(*largest(earlier, later)) == timesince(earlier, later, depth=1)


def test_in_chinese_a_month_ago_is_not_before_january() -> None:
    now = dt.datetime(2026, 6, 15, tzinfo=dt.UTC)
    with translation.override("zh-hans"):
        said = [relative(dt.datetime(2026, month, 15, tzinfo=dt.UTC), now) for month in (5, 3, 7)]
    assert [text.replace("\xa0", " ") for text in said] == ["1 个月前", "3 个月前", "1 个月后"]


def test_before_and_after() -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    days = dt.timedelta(days=3)
    assert [relative(moment, now) for moment in (now - days, now + days, now)] == [
        "3\xa0days ago",
        "in 3\xa0days",
        "in 0\xa0minutes",
    ]
