"""When a feed is looked at next: as its schedule says, in the company's zone; after failures soon, then ever later."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from customers.models import Feed

FIRST_RETRY: Final = timedelta(minutes=5)
LAST_RETRY: Final = timedelta(hours=6)


def next_look(feed: Feed, *, now: datetime, zone: ZoneInfo) -> datetime:
    """After a look at `now`. After the nth failure in a row in 5·2ⁿ⁻¹ minutes, at most six hours; one that is read
    daily is so at its time too.
    """
    planned = _planned(feed, now, zone)
    if not feed.failures:
        return planned
    times: int = 2 ** min(feed.failures - 1, 10)
    retry = now + min(FIRST_RETRY * times, LAST_RETRY)
    return min(retry, planned) if feed.schedule == Feed.Schedule.DAILY else retry


def _planned(feed: Feed, now: datetime, zone: ZoneInfo) -> datetime:
    if feed.schedule == Feed.Schedule.MINUTES:
        return now + timedelta(minutes=feed.every_minutes)
    here = now.astimezone(zone)
    if feed.schedule == Feed.Schedule.HOURLY:
        gone = timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
        return now - gone + timedelta(hours=1)
    assert feed.daily_at is not None
    # Tomorrow is made of the day, not of 24 hours: on two days of the year those are not the same.
    days = (here.date(), here.date() + timedelta(days=1))
    moments = [datetime.combine(day, feed.daily_at, tzinfo=zone) for day in days]
    return next(moment for moment in moments if moment.timestamp() > now.timestamp()).astimezone(now.tzinfo)
