"""A person's tasks for their calendar, under a secret address. Of the secret only the hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from accounts.models import User
from crm.common.days import company_zone
from customers.interactions.to_do.due import MORNING
from customers.interactions.to_do.links import link_to
from customers.models import CalendarFeed, Task

LENGTH: Final = timedelta(minutes=15)  # of what is due at a time
MOST: Final = 1000
SEEN_EVERY: Final = timedelta(hours=1)
PRIORITIES: Final = {Task.Priority.HIGH: 1, Task.Priority.NORMAL: 5, Task.Priority.LOW: 9}  # RFC 5545


def make_feed(*, user: User, now: datetime) -> str:
    """The secret of a new address, to be shown once; an address there was leads nowhere from now on."""
    token = secrets.token_urlsafe(32)
    values = {"token_hash": _hash(token), "made_at": now, "read_at": None}
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(user=user, defaults=values)
    return token


def revoke_feed(*, user: User) -> None:
    CalendarFeed.objects.filter(user=user).delete()


def find_feed(token: str) -> CalendarFeed | None:
    """One probe of an index, whether there is such a feed or not; those of people who left lead nowhere."""
    feeds = CalendarFeed.objects.select_related("user")
    return feeds.filter(token_hash=_hash(token), user__is_active=True).first()


def find_own(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def mark_read(*, feed: CalendarFeed, now: datetime) -> None:
    """So that its owner sees whether somebody reads it; written once in a while."""
    old = Q(read_at=None) | Q(read_at__lt=now - SEEN_EVERY)
    CalendarFeed.objects.filter(old, pk=feed.pk).update(read_at=now)


def calendar_of(user: User) -> bytes:
    """Their open tasks that have a day, as iCalendar (RFC 5545); two queries."""
    calendar = Calendar()
    calendar.add("prodid", "-//Baseline CRM//Tasks//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Tasks"))
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    mine = Task.objects.visible_to(user).filter(assignee=user, done_at=None, due_on__isnull=False)
    for task in mine.select_related("customer").order_by("due_at", "pk")[:MOST]:
        calendar.add_component(_event(task))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(task: Task) -> Event:
    """On the day, or at the time in the company's zone; what was put off, when it comes back."""
    event = Event()
    event.add("uid", f"task-{task.pk}@baseline-crm")
    event.add("dtstamp", task.updated_at)
    event.add("last-modified", task.updated_at)
    event.add("summary", task.what)
    event.add("priority", PRIORITIES[Task.Priority(task.priority)])
    url = link_to(task.get_absolute_url())
    parts = [str(task.customer) if task.customer else "", task.notes, url]
    event.add("description", "\n\n".join(part for part in parts if part))
    if url:
        event.add("url", url)
    _place(event, task)
    return event


def _place(event: Event, task: Task) -> None:
    assert task.due_on is not None
    back = task.snoozed_until
    if task.due_time is None and (back is None or task.due_at is None or back <= task.due_at):
        event.add("dtstart", task.due_on)
        event.add("dtend", task.due_on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add_component(_alarm(task, timedelta(hours=MORNING.hour)))
        return
    moment = max(one for one in (task.due_at, back) if one is not None).astimezone(company_zone())
    event.add("dtstart", moment)
    event.add("dtend", moment + LENGTH)
    event.add("transp", "TRANSPARENT")
    event.add_component(_alarm(task, timedelta(0)))


def _alarm(task: Task, after: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", task.what)
    alarm.add("trigger", after)
    return alarm


def _hash(token: str) -> str:
    """The secret is random and long: nobody finds it by trying, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
