from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from pytest_django.fixtures import Settings

from accounts.models import User
from crm.common.company import current as company
from customers.interactions.to_do.due import Due, moment_of
from customers.interactions.to_do.feed import calendar_of, find_feed, make_feed, mark_read, revoke_feed
from customers.models import CalendarFeed
from tests.conftest import NOON, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def me(user_for: UserFor) -> User:
    return user_for("service")


def read(user: User) -> dict[str, Any]:
    """The events by what they say, as a calendar reads them."""
    calendar = Calendar.from_ical(calendar_of(user))
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_the_secret_is_known_to_nobody_but_who_got_it(me: User) -> None:
    token = make_feed(user=me, now=NOON)
    feed = CalendarFeed.objects.get()
    assert (find_feed(token), find_feed(token + "x"), find_feed(feed.token_hash)) == (feed, None, None)
    assert token not in feed.token_hash
    another = make_feed(user=me, now=NOON)
    assert (find_feed(token), find_feed(another)) == (None, feed)
    User.objects.filter(pk=me.pk).update(is_active=False)
    assert find_feed(another) is None
    revoke_feed(user=me)
    assert not CalendarFeed.objects.exists()


def test_that_it_was_read_is_written_once_an_hour(me: User) -> None:
    make_feed(user=me, now=NOON)
    for minutes, seen in ((0, 0), (59, 0), (61, 61)):
        mark_read(feed=CalendarFeed.objects.get(), now=NOON + timedelta(minutes=minutes))
        assert CalendarFeed.objects.get().read_at == NOON + timedelta(minutes=seen)


def test_a_day_is_a_whole_day_with_an_alarm_in_the_morning(me: User, settings: Settings) -> None:
    settings.CRM_URL = "https://crm.example"
    customer = CustomerFactory.create(name="Acme")
    task = TaskFactory.create(
        what="Call; now, please", notes="Two\nlines", assignee=me, customer=customer, due_on=date(2026, 12, 1),
        due_at=datetime(2026, 12, 2, tzinfo=UTC), priority=1,
    )  # fmt: skip
    event = read(me)["Call; now, please"]
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 1), date(2026, 12, 2))
    assert (str(event["uid"]), event["priority"], str(event["transp"])) == (
        f"task-{task.pk}@baseline-crm", 1, "TRANSPARENT",
    )  # fmt: skip
    assert str(event["description"]) == f"Acme\n\nTwo\nlines\n\nhttps://crm.example/tasks/{task.pk}/"
    (alarm,) = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(hours=8)


def test_a_time_is_in_the_companys_zone_which_the_calendar_explains(me: User) -> None:
    with company.assumed(time_zone="Europe/Berlin"):
        due = Due(date(2026, 3, 30), time(9))
        moment = moment_of(due, company.company().zone)
        TaskFactory.create(what="Call", assignee=me, due_on=due.on, due_time=due.at, due_at=moment)
        text = calendar_of(me).decode()
        event = read(me)["Call"]
    assert "DTSTART;TZID=Europe/Berlin:20260330T090000" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin" in text
    assert event["dtstart"].dt.astimezone(UTC) == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=15)


def test_what_is_put_off_comes_when_it_is_back(me: User) -> None:
    back = NOON + timedelta(days=3)
    TaskFactory.create(what="Call", assignee=me, due_on=NOON.date(), due_at=NOON, snoozed_until=back)
    assert read(me)["Call"]["dtstart"].dt == back


def test_only_ones_own_open_ones_with_a_day(me: User) -> None:
    TaskFactory.create(what="mine", assignee=me)
    TaskFactory.create(what="another's")
    TaskFactory.create(what="done", assignee=me, done_at=NOON)
    TaskFactory.create(what="some day", assignee=me, due_on=None, due_at=None)
    assert set(read(me)) == {"mine"}
    me.groups.clear()
    assert read(User.objects.get(pk=me.pk)) == {}


def test_a_line_break_makes_no_property(me: User) -> None:
    TaskFactory.create(what="Call\r\nURL:https://evil.example", assignee=me)
    assert "\r\nURL:" not in calendar_of(me).decode()
