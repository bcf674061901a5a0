from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from customers.models import Task
from customers.page.home_tasks import ToDo, to_dos
from tests.conftest import UserFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.to_do import TaskFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 15), date(2026, 11, 16)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ann(user_for: UserFor) -> User:
    user = user_for("service")
    user.team = TeamFactory.create(name="Repairs")
    user.save()
    return user


def task(what: str, due: date | None = TODAY, at: time | None = None, **more: Any) -> Task:
    moment = None
    if due is not None:
        moment = datetime.combine(due, at, UTC) if at else datetime.combine(due + timedelta(days=1), time.min, UTC)
    return TaskFactory.create(what=what, due_on=due, due_time=at, due_at=moment, **more)


def names(tasks: tuple[ToDo, ...]) -> list[str]:
    return [one.what for one in tasks]


def test_mine_are_those_due_until_tonight_the_oldest_first_and_then_what_comes_next(ann: User) -> None:
    task("some day", None, assignee=ann)
    task("tomorrow", TOMORROW, assignee=ann)
    task("today", assignee=ann)
    task("at ten", at=time(10), assignee=ann, priority=Task.Priority.HIGH)
    task("another's")
    task("done", assignee=ann, done_at=NOW)
    task("put off", assignee=ann, snoozed_until=NOW + timedelta(hours=1))
    task("put off until now", assignee=ann, snoozed_until=NOW)
    found = to_dos(user=ann, now=NOW)
    assert names(found.mine) == ["at ten", "today", "put off until now"]
    assert names(found.next) == ["tomorrow", "some day"]
    assert found.due == 3
    assert [(one.due, one.is_overdue, one.is_high) for one in found.mine] == [
        ("today 10:00", True, True), ("today", False, False), ("today", False, False),
    ]  # fmt: skip
    assert [(one.due, one.is_overdue) for one in found.next] == [("tomorrow", False), ("", False)]


def test_my_teams_are_those_nobody_has(ann: User) -> None:
    free = task("free", TOMORROW, assignee=None, team=ann.team, customer=None)
    task("taken", team=ann.team)
    task("another team's", assignee=None, team=TeamFactory.create())
    found = to_dos(user=ann, now=NOW)
    assert (names(found.team), found.team_count, found.mine) == (["free"], 1, ())
    (one,) = found.team
    assert (one.url, one.customer, one.customer_url) == (f"/tasks/{free.pk}/", "", "")


def test_eight_are_shown_all_are_counted_by_one_query(
    ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        task(f"mine {number}", assignee=ann)
        task(f"team {number}", assignee=None, team=ann.team)
    ann.has_perm("customers.view_task")
    with django_assert_num_queries(1):
        found = to_dos(user=ann, now=NOW)
    assert (len(found.mine), found.due, len(found.team), found.team_count) == (8, 10, 8, 10)


def test_who_is_in_no_team_shares_nothing_and_who_may_not_sees_none(user_for: UserFor) -> None:
    alone = user_for("sales")
    task("nobody's", assignee=None)
    task("mine", assignee=alone)
    assert names(to_dos(user=alone, now=NOW).mine) == ["mine"]
    assert to_dos(user=alone, now=NOW).team == ()
    stranger = UserFactory.create()
    task("a stranger's", assignee=stranger)
    assert to_dos(user=stranger, now=NOW).mine == ()
