"""Days of the company: a day is the day in the company's time zone."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from crm.common.company.current import company


def company_zone() -> ZoneInfo:
    return company().zone


def today() -> date:
    """The company's current day; the only clock read of the day-based code: pass it on as an argument."""
    return timezone.now().astimezone(company_zone()).date()


def day_of(moment: datetime) -> date:
    return moment.astimezone(company_zone()).date()


def start_of(day: date) -> datetime:
    """The first instant of the company's day."""
    return datetime.combine(day, time.min, tzinfo=company_zone())


def add_months(day: date, months: int) -> date:
    """The same day `months` later (earlier when negative), clipped to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def days_between(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
