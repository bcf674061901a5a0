from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import Notice
from crm.common.versions import ChangedMeanwhile, version
from customers.interactions.to_do.changing import EDITABLE, TakenAlready, TaskGone, change_task, take_task
from customers.models import Task
from tests.conftest import NOON
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_another_day_is_reminded_of_anew_and_repeats_from_there() -> None:
    task = TaskFactory.create(
        due_on=date(2026, 11, 30), repeat="monthly", repeat_from=date(2026, 10, 31), reminded_at=NOON,
        snoozed_until=NOON + timedelta(days=1),
    )  # fmt: skip
    task.due_on, task.due_time = date(2026, 12, 5), time(14)
    change_task(task=task, by=UserFactory.create(), now=NOON)
    task.refresh_from_db()
    assert task.due_at == datetime(2026, 12, 5, 14, tzinfo=UTC)
    assert (task.repeat_from, task.reminded_at, task.snoozed_until) == (date(2026, 12, 5), None, None)


def test_other_words_leave_the_day_it_repeats_from() -> None:
    later = NOON + timedelta(days=1)
    task = TaskFactory.create(
        due_on=date(2026, 11, 30), repeat="monthly", repeat_from=date(2026, 10, 31), reminded_at=NOON,
        snoozed_until=later,
    )  # fmt: skip
    task.what = "Something else"
    change_task(task=task, by=UserFactory.create(), now=NOON)
    task.refresh_from_db()
    assert (task.repeat_from, task.reminded_at, task.snoozed_until) == (date(2026, 10, 31), NOON, later)


def test_what_no_longer_repeats_repeats_from_no_day() -> None:
    task = TaskFactory.create(due_on=date(2026, 11, 30), repeat="daily", repeat_from=date(2026, 11, 30))
    task.repeat = ""
    change_task(task=task, by=UserFactory.create(), now=NOON)
    task.refresh_from_db()
    assert task.repeat_from is None


def test_nobody_overwrites_what_another_has_saved_meanwhile() -> None:
    task = TaskFactory.create(what="Before")
    seen = version(task, EDITABLE)
    Task.objects.filter(pk=task.pk).update(what="Theirs")
    task.what = "Mine"
    with pytest.raises(ChangedMeanwhile):
        change_task(task=task, by=UserFactory.create(), now=NOON, seen=seen)
    assert Task.objects.get().what == "Theirs"


def test_what_is_gone_does_not_come_back() -> None:
    task = TaskFactory.create()
    Task.objects.all().delete()
    with pytest.raises(TaskGone):
        change_task(task=task, by=UserFactory.create(), now=NOON)
    assert not Task.objects.exists()


def test_whoever_it_is_given_to_is_told() -> None:
    me, other, team = UserFactory.create(), UserFactory.create(), TeamFactory.create()
    task = TaskFactory.create(assignee=me)
    for whose in (other, me):
        task.assignee, task.team = whose, team
        change_task(task=task, by=me, now=NOON)
        assert Task.objects.values_list("assignee", "team").get() == (whose.pk, team.pk)
        assert Notice.objects.get().user == other


def test_taken_by_who_comes_first_and_nothing_else_of_it_is_changed() -> None:
    first, second, team = UserFactory.create(name="Ann"), UserFactory.create(), TeamFactory.create()
    task = TaskFactory.create(assignee=None, team=team, what="As I read it")
    Task.objects.filter(pk=task.pk).update(what="As another has put it since")
    take_task(task=task, by=first)
    assert Task.objects.values_list("assignee", "team", "what").get() == (
        first.pk, team.pk, "As another has put it since",
    )  # fmt: skip
    take_task(task=task, by=first)
    with pytest.raises(TakenAlready, match="Ann has taken this task already"):
        take_task(task=task, by=second)
    done = TaskFactory.create(assignee=None, done_at=NOON)
    with pytest.raises(TakenAlready, match="done already"):
        take_task(task=done, by=second)
