from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Notice
from customers.interactions.to_do.due import OutOfReach
from customers.interactions.to_do.snoozing import (
    DoneAlready,
    IsOver,
    NotPutOff,
    snooze_task,
    undo_snooze,
    until_choice,
    until_day,
)
from customers.models import Task
from tests.conftest import NOON
from tests.factories.accounts import NoticeFactory, UserFactory
from tests.factories.to_do import TaskFactory

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 3, 27, 16, 5, tzinfo=UTC)  # 17:05 in Berlin; on Sunday the clock goes forward


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("later", datetime(2026, 3, 27, 18, 15, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 3, 28, 7, tzinfo=UTC)),
        ("next_week", datetime(2026, 3, 30, 6, tzinfo=UTC)),
    ],
)
def test_the_usual_moments(choice: str, until: datetime) -> None:
    assert until_choice(choice, now=FRIDAY, zone=BERLIN) == until


def test_next_week_is_a_week_on_when_it_is_monday() -> None:
    monday = datetime(2026, 3, 30, 6, tzinfo=UTC)
    assert until_choice("next_week", now=monday, zone=BERLIN) == datetime(2026, 4, 6, 6, tzinfo=UTC)


def test_a_day_begins_when_work_does() -> None:
    assert until_day(date(2026, 4, 6), zone=BERLIN) == datetime(2026, 4, 6, 6, tzinfo=UTC)
    with pytest.raises(OutOfReach):
        until_day(date(9999, 1, 1), zone=BERLIN)


@pytest.mark.django_db
class TestSnoozed:
    def test_is_reminded_of_anew(self) -> None:
        task = TaskFactory.create(reminded_at=NOON)
        NoticeFactory.create(user=task.assignee, key=f"task:{task.pk}:due")
        snooze_task(task=task, until=NOON + timedelta(days=1), by=UserFactory.create(), now=NOON)
        task.refresh_from_db()
        assert (task.snoozed_until, task.reminded_at) == (NOON + timedelta(days=1), None)
        assert not Notice.objects.filter(read_at=None).exists()

    def test_no_longer_is_as_it_was(self) -> None:
        task = TaskFactory.create(snoozed_until=NOON + timedelta(days=1))
        snooze_task(task=task, until=None, by=UserFactory.create(), now=NOON)
        task.refresh_from_db()
        assert task.snoozed_until is None

    def test_undone_it_is_put_off_as_before(self) -> None:
        """What was changed of it since stays; a moment that has passed puts nothing off."""
        task, by = TaskFactory.create(), UserFactory.create()
        for days in (1, 3):
            snooze_task(task=task, until=NOON + timedelta(days=days), by=by, now=NOON)
        Task.objects.update(what="Call Ann")
        undone = undo_snooze(task=task, now=NOON)
        assert (undone.snoozed_until, undone.what) == (NOON + timedelta(days=1), "Call Ann")
        snooze_task(task=task, until=NOON + timedelta(days=3), by=by, now=NOON)
        assert undo_snooze(task=task, now=NOON + timedelta(days=1)).snoozed_until is None
        with pytest.raises(NotPutOff):
            undo_snooze(task=task, now=NOON)

    def test_until_a_moment_to_come_and_not_once_it_is_done(self) -> None:
        with pytest.raises(IsOver):
            snooze_task(task=TaskFactory.create(), until=NOON, by=UserFactory.create(), now=NOON)
        with pytest.raises(DoneAlready):
            snooze_task(
                task=TaskFactory.create(done_at=NOON), until=NOON + timedelta(days=1), by=UserFactory.create(), now=NOON
            )
