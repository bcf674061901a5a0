import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from accounts.models import Notice
from crm.common.company import current as company
from customers.interactions.to_do.changing import TaskGone, change_task
from customers.interactions.to_do.completing import complete_task, reopen_task
from customers.interactions.to_do.snoozing import snooze_task
from customers.models import Task
from tests.conftest import NOON
from tests.factories.accounts import NoticeFactory, UserFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def weekly() -> Task:
    return TaskFactory.create(due_on=date(2026, 11, 15), repeat="weekly", repeat_from=date(2026, 11, 15))


def test_is_done_by_whom_and_when_and_needs_no_reminder_more() -> None:
    task, me = TaskFactory.create(snoozed_until=NOON + timedelta(days=1)), UserFactory.create()
    NoticeFactory.create(user=task.assignee, key=f"task:{task.pk}:due")
    other = NoticeFactory.create(user=task.assignee, key=f"task:{task.pk}1:due")
    complete_task(task=task, by=me, now=NOON)
    task.refresh_from_db()
    assert (task.done_at, task.done_by, task.snoozed_until) == (NOON, me, None)
    assert list(Notice.objects.filter(read_at=None)) == [other]
    assert Task.objects.count() == 1


def test_once_done_it_stays_as_it_was_done() -> None:
    task, first = TaskFactory.create(), UserFactory.create()
    complete_task(task=task, by=first, now=NOON)
    complete_task(task=task, by=UserFactory.create(), now=NOON + timedelta(minutes=1))
    task.refresh_from_db()
    assert (task.done_by, task.done_at) == (first, NOON)


def test_of_what_repeats_the_next_one_is_made_once() -> None:
    task = weekly()
    complete_task(task=task, by=UserFactory.create(), now=NOON)
    complete_task(task=task, by=UserFactory.create(), now=NOON)
    following = Task.objects.get(after=task)
    assert (following.due_on, following.repeat_from) == (date(2026, 11, 22), date(2026, 11, 15))
    assert following.due_at == datetime(2026, 11, 23, tzinfo=UTC)
    same = ("what", "assignee", "customer", "repeat", "priority")
    assert [getattr(following, name) for name in same] == [getattr(task, name) for name in same]


@pytest.mark.parametrize(
    ("on", "then"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 29, 7, tzinfo=UTC)),  # the clock goes forward that night
        (date(2026, 10, 24), datetime(2026, 10, 25, 8, tzinfo=UTC)),  # and back
    ],
)
def test_nine_stays_nine_across_a_clock_change(on: date, then: datetime) -> None:
    task = TaskFactory.create(due_on=on, due_time=time(9), repeat="daily", repeat_from=on)
    with company.assumed(time_zone="Europe/Berlin"):
        complete_task(task=task, by=UserFactory.create(), now=datetime(on.year, on.month, on.day, 10, tzinfo=UTC))
    following = Task.objects.get(after=task)
    assert (following.due_time, following.due_at) == (time(9), then)


def test_done_after_midnight_of_the_company_counts_for_its_day() -> None:
    task = TaskFactory.create(due_on=date(2026, 11, 10), repeat="daily", repeat_from=date(2026, 11, 10))
    with company.assumed(time_zone="Asia/Shanghai"):
        complete_task(task=task, by=UserFactory.create(), now=datetime(2026, 11, 15, 18, tzinfo=UTC))
    assert Task.objects.get(after=task).due_on == date(2026, 11, 16)


def test_undone_the_next_one_is_taken_back_unless_somebody_touched_it() -> None:
    me, untouched, touched, put_off = UserFactory.create(), weekly(), weekly(), weekly()
    for task in (untouched, touched, put_off):
        complete_task(task=task, by=me, now=NOON)
    Task.objects.filter(after=untouched).update(reminded_at=NOON)  # which is no touching
    changed = Task.objects.get(after=touched)
    changed.what = "More of it"
    change_task(task=changed, by=me, now=NOON)
    snooze_task(task=Task.objects.get(after=put_off), until=NOON + timedelta(days=1), by=me, now=NOON)
    for task in (untouched, touched, put_off):
        reopen_task(task=task, by=me, now=NOON)
    assert set(Task.objects.filter(after__isnull=False).values_list("after", flat=True)) == {touched.pk, put_off.pk}
    assert set(Task.objects.values_list("done_at", flat=True)) == {None}
    complete_task(task=touched, by=me, now=NOON)  # and makes no second one
    assert Task.objects.filter(after=touched).count() == 1


def test_what_was_deleted_meanwhile_is_said() -> None:
    task = TaskFactory.create()
    Task.objects.all().delete()
    with pytest.raises(TaskGone, match="This task was deleted meanwhile"):
        complete_task(task=task, by=UserFactory.create(), now=NOON)


@pytest.mark.django_db(transaction=True)
def test_however_many_complete_it_at_the_same_time_there_is_one_next() -> None:
    task, me, failed = weekly(), UserFactory.create(), list[Exception]()
    begin = threading.Barrier(4)

    def complete() -> None:
        try:
            begin.wait()
            complete_task(task=task, by=me, now=NOON)
        except Exception as error:  # noqa: BLE001 - whatever it is fails the test below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=complete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Task.objects.filter(after=task).count() == 1
    assert Task.objects.count() == 2
