"""When a feed is looked at next."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from customers.importing.feeds.schedule import next_look
from tests.factories.importing import FeedFactory

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "now", "zone", "then"),
    [
        ({"schedule": "minutes", "every_minutes": 15}, "2026-11-15 12:07", BERLIN, "2026-11-15 12:22"),
        ({"schedule": "hourly"}, "2026-11-15 12:07:30", BERLIN, "2026-11-15 13:00"),
        ({"schedule": "hourly"}, "2026-11-15 12:07", KOLKATA, "2026-11-15 12:30"),
        ({"schedule": "daily", "daily_at": time(6)}, "2026-11-15 04:59", BERLIN, "2026-11-15 05:00"),
        ({"schedule": "daily", "daily_at": time(6)}, "2026-11-15 05:00", BERLIN, "2026-11-16 05:00"),
        # the clocks go back, and forward over the time itself
        ({"schedule": "daily", "daily_at": time(6)}, "2026-10-24 04:00", BERLIN, "2026-10-25 05:00"),
        ({"schedule": "daily", "daily_at": time(2, 30)}, "2027-03-28 00:00", BERLIN, "2027-03-28 01:30"),
    ],
)
def test_as_its_schedule_says(fields: dict[str, object], now: str, zone: ZoneInfo, then: str) -> None:
    feed = FeedFactory.build(system=None, **fields)
    assert next_look(feed, now=at(now), zone=zone) == at(then)


@pytest.mark.parametrize(
    ("failures", "then"), [(1, "12:05"), (2, "12:10"), (3, "12:20"), (6, "14:40"), (7, "17:20"), (900, "18:00")]
)
def test_after_failures_soon_then_ever_later(failures: int, then: str) -> None:
    feed = FeedFactory.build(system=None, schedule="minutes", every_minutes=1, failures=failures)
    assert next_look(feed, now=at("2026-11-15 12:00"), zone=BERLIN) == at(f"2026-11-15 {then}")


def test_one_that_is_read_daily_is_so_at_its_time_too() -> None:
    feed = FeedFactory.build(system=None, schedule="daily", daily_at=time(14), failures=900)
    assert next_look(feed, now=at("2026-11-15 12:00"), zone=BERLIN) == at("2026-11-15 13:00")
