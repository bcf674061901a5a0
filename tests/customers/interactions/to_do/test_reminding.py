from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Notice
from crm.common.company import current as company
from crm.common.outbox.models import OutboxMail
from customers.interactions.to_do import reminding
from customers.interactions.to_do.changing import change_task
from customers.interactions.to_do.reminding import remind
from customers.interactions.to_do.snoozing import snooze_task
from customers.models import Task
from tests.conftest import NOON
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HOUR = timedelta(hours=1)
TODAY = NOON.date()


def told() -> list[tuple[str, int]]:
    return sorted(Notice.objects.values_list("data__what", "user_id"))


def at(hours: int, **fields: object) -> Task:
    """Due so many hours from noon."""
    moment = NOON + hours * HOUR
    return TaskFactory.create(due_on=moment.date(), due_time=moment.time(), due_at=moment, **fields)


def test_of_what_became_due_once() -> None:
    due = at(0, what="now")
    at(1, what="in an hour")
    at(-1, what="done", done_at=NOON)
    at(-1, what="put off", snoozed_until=NOON + HOUR)
    assert remind(now=NOON) == 1
    assert remind(now=NOON) == 0
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.url) == (due.assignee, "task_due", f"/tasks/{due.pk}/")
    assert (notice.data, notice.customer_id) == (
        {"what": "now", "due_on": "2026-11-15", "due_time": "12:00"}, due.customer_id,
    )  # fmt: skip
    assert remind(now=NOON + HOUR) == 2


def test_of_a_day_when_work_begins() -> None:
    TaskFactory.create(due_on=TODAY, due_at=datetime(2026, 11, 15, 16, tzinfo=UTC), what="today")
    TaskFactory.create(due_on=TODAY + timedelta(days=1), due_at=datetime(2026, 11, 16, 16, tzinfo=UTC))
    with company.assumed(time_zone="Asia/Shanghai"):
        assert remind(now=datetime(2026, 11, 14, 23, 59, tzinfo=UTC)) == 0
        assert remind(now=datetime(2026, 11, 15, 0, 0, tzinfo=UTC)) == 1


def test_whom() -> None:
    team, me = TeamFactory.create(), UserFactory.create()
    members = [UserFactory.create(team=team) for _ in range(2)]
    UserFactory.create(team=team, is_active=False)
    at(0, what="hers", assignee=members[0], team=team)
    at(0, what="nobody's yet", assignee=None, team=team, created_by=me)
    at(0, what="of no team", assignee=None, created_by=me)
    at(0, what="left", assignee=UserFactory.create(is_active=False))
    assert remind(now=NOON) == 4
    assert told() == sorted(
        [("hers", members[0].pk), *(("nobody's yet", one.pk) for one in members), ("of no team", me.pk)]
    )


def test_again_when_it_was_moved_or_put_off() -> None:
    task, me = at(0), UserFactory.create()
    remind(now=NOON)
    task.refresh_from_db()
    task.due_time = time(14)
    change_task(task=task, by=me, now=NOON)
    assert remind(now=NOON + HOUR) == 0
    assert remind(now=NOON + 2 * HOUR) == 1
    snooze_task(task=task, until=NOON + 4 * HOUR, by=me, now=NOON + 2 * HOUR)
    assert remind(now=NOON + 3 * HOUR) == 0
    assert remind(now=NOON + 4 * HOUR) == 1
    assert Notice.objects.count() == 3


def test_of_what_was_put_off_to_before_it_is_due_at_both() -> None:
    later, day = at(8), TaskFactory.create(due_on=TODAY + timedelta(days=1), due_at=NOON + 36 * HOUR)
    for task in (later, day):
        snooze_task(task=task, until=NOON + 2 * HOUR, by=UserFactory.create(), now=NOON)
    seen = [remind(now=NOON + hours * HOUR) for hours in (1, 2, 3, 8, 9, 20, 21)]
    assert seen == [0, 2, 0, 1, 0, 1, 0]
    assert Notice.objects.count() == 4


def test_of_what_has_no_day_when_it_was_put_off() -> None:
    task = TaskFactory.create(due_on=None, due_at=None)
    assert remind(now=NOON) == 0
    snooze_task(task=task, until=NOON + HOUR, by=UserFactory.create(), now=NOON)
    assert remind(now=NOON + HOUR) == 1


def test_by_mail_for_who_wants_it_in_their_language(settings: Settings) -> None:
    settings.CRM_URL = "https://crm.example/"
    ada = UserFactory.create(has_reminder_mails=True, name="Ada")
    eva = UserFactory.create(has_reminder_mails=True, language="zh-hans")
    first, second, other = at(0, assignee=ada, what="Call"), at(0, assignee=ada), at(0, assignee=eva, what="Call")
    at(0)
    remind(now=NOON)
    mine, hers = OutboxMail.objects.order_by("to")
    mine, hers = (mine, hers) if mine.to == ada.email else (hers, mine)
    assert (mine.subject, mine.kind) == ("2 tasks are due", "task_reminder")
    assert f"- Due Nov. 15, 2026 12:00: Call\n  https://crm.example/tasks/{first.pk}/" in mine.body
    assert f"/tasks/{second.pk}/" in mine.body
    assert hers.language == "zh-hans"
    assert "2026年11月15日 12:00" in hers.subject
    assert other.what in hers.subject
    assert Notice.objects.filter(mailed_at=NOON).count() == 3


def test_a_run_that_is_killed_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    at(0, assignee=UserFactory.create(has_reminder_mails=True))
    with monkeypatch.context() as patch:
        patch.setattr(reminding, "send_mail", _dies)
        with pytest.raises(SystemExit):
            remind(now=NOON)
    assert (Notice.objects.count(), OutboxMail.objects.count()) == (0, 0)
    assert remind(now=NOON) == 1
    assert (Notice.objects.count(), OutboxMail.objects.count()) == (1, 1)


def _dies(**_: object) -> None:
    raise SystemExit


def test_as_many_queries_for_many_as_for_one() -> None:
    counts = []
    for rows in (1, 5):
        for _ in range(rows):
            at(0)
        with CaptureQueriesContext(connection) as queries:
            remind(now=NOON)
        counts.append(len(queries))
    assert counts[0] == counts[1]
