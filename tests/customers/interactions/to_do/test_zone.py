from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from crm.common import chunks
from crm.common.company.current import assumed
from customers.interactions.to_do.zone import follow_zone
from customers.models import Task
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
DAY = date(2026, 11, 20)
SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def task(
    due_time: time | None = None, *, due_on: date | None = DAY, due_at: datetime | None = None, **more: Any
) -> Task:
    return TaskFactory.create(due_on=due_on, due_time=due_time, due_at=due_at, **more)


def due(one: Task) -> datetime | None:
    return Task.objects.get(pk=one.pk).due_at


def follow(zone: str) -> int:
    with assumed(time_zone=zone):
        return follow_zone()


def test_a_time_is_that_time_there_and_a_day_ends_when_it_does_there() -> None:
    nine, day = task(time(9), due_at=at(11, 20, 9)), task(due_at=at(11, 21, 0))
    assert follow(SHANGHAI) == 2
    assert (due(nine), due(day)) == (at(11, 20, 1), at(11, 20, 16))
    assert follow("America/New_York") == 2
    assert (due(nine), due(day)) == (at(11, 20, 14), at(11, 21, 5))
    assert follow("UTC") == 2
    assert (due(nine), due(day)) == (at(11, 20, 9), at(11, 21, 0))


def test_twice_does_no_harm_and_those_that_are_right_are_not_counted() -> None:
    task(time(9), due_at=at(11, 20, 1))
    moved = task(time(9), due_at=at(11, 20, 9))
    assert [follow(SHANGHAI), follow(SHANGHAI)] == [1, 0]
    assert due(moved) == at(11, 20, 1)


def test_what_is_done_stays_and_so_does_what_is_due_some_day() -> None:
    done = task(time(9), due_at=at(11, 20, 9), done_at=at(11, 15, 11))
    some_day = task(due_on=None)
    assert follow(SHANGHAI) == 0
    assert (due(done), due(some_day)) == (at(11, 20, 9), None)


def test_one_that_has_no_moment_yet_gets_it() -> None:
    one = task(time(9))
    assert follow("UTC") == 1
    assert due(one) == at(11, 20, 9)


@pytest.mark.parametrize(
    ("day", "on_the_clock", "moment"),
    [
        (date(2026, 3, 29), time(2, 30), at(3, 29, 1, 30)),  # skipped there: meant by the clock as it went before
        (date(2026, 10, 25), time(2, 30), at(10, 25, 0, 30)),  # twice there: the first
        (date(2026, 3, 29), None, at(3, 29, 22)),  # a day of 23 hours
        (date(2026, 10, 25), None, at(10, 25, 23)),  # and one of 25
    ],
)
def test_where_the_clock_is_put_forward_and_back(day: date, on_the_clock: time | None, moment: datetime) -> None:
    one = task(on_the_clock, due_on=day, due_at=at(1, 1, 0))
    assert follow(BERLIN) == 1
    assert due(one) == moment


def test_all_follow_whatever_range_of_keys_they_fall_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "FIRST_CHUNK", 1)
    monkeypatch.setattr(chunks, "SMALLEST_CHUNK", 1)
    made = [task(time(9), due_at=at(11, 20, 9)) for _ in range(3)]
    assert follow(SHANGHAI) == 3
    assert {due(one) for one in made} == {at(11, 20, 1)}


def test_without_tasks_there_is_none_to_follow() -> None:
    assert follow(SHANGHAI) == 0
