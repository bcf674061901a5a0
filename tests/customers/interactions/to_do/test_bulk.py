from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.models import Notice, User
from crm.common import pacing
from crm.common.audit.acting import acting
from customers.interactions.to_do.changing import change_task
from customers.interactions.to_do.completing import complete_task
from customers.interactions.to_do.snoozing import snooze_task
from customers.models import BulkChange, BulkJob, Task
from customers.page.bulk import running
from tests.conftest import NOON, UserFor
from tests.customers.page.bulk.asked import counts, done, taken_back
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
LATER = datetime(2026, 11, 20, 7, tzinfo=UTC)


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("sales")


def begun(action: str, by: User, **parameters: Any) -> BulkJob:
    """For all tasks that are seen."""
    rows = Task.objects.visible_to(by)
    return running.begin(action=action, parameters=parameters, rows=rows, selection={"picked": 3}, by=by)


def said(*names: str) -> list[tuple[Any, ...]]:
    return list(Task.objects.order_by("pk").values_list(*names))


def changed_by(user: User, task: Task, **values: Any) -> None:
    held = Task.objects.get(pk=task.pk)
    for name, value in values.items():
        setattr(held, name, value)
    with acting(user=user.pk):
        change_task(task=held, by=user, now=NOON)


def test_done_by_whoever_asked_and_what_repeats_comes_again_once(by: User) -> None:
    first, second = TaskFactory.create(), TaskFactory.create(repeat="daily", repeat_from=NOON.date())
    earlier = TaskFactory.create(done_at=NOON - timedelta(days=1))
    job = done(begun("task_done", by))
    assert counts(job) == ("done", 3, 3, 2, 0)
    assert said("done_at", "done_by")[:3] == [(NOON, by.pk), (NOON, by.pk), (earlier.done_at, None)]
    assert Task.objects.get(after=second).due_on == NOON.date() + timedelta(days=1)
    event = Task.pgh_event_model.objects.filter(pgh_obj_id=first.pk).latest("pgh_id")  # type: ignore[attr-defined]
    assert event.pgh_context.metadata == {"user": by.pk, "job": "bulk", "bulk": job.pk}
    assert counts(taken_back(job, by)) == ("undone", 3, 2, 2, 0)
    assert said("done_at", "done_by") == [(None, None), (None, None), (earlier.done_at, None)]


def test_taken_back_it_is_put_off_as_it_was(by: User) -> None:
    TaskFactory.create(snoozed_until=LATER)
    job = done(begun("task_done", by))
    assert said("snoozed_until") == [(None,)]
    taken_back(job, by)
    assert said("snoozed_until", "done_at") == [(LATER, None)]


def test_whoever_is_given_tasks_is_told_of_each_and_what_is_so_already_is_not_written(by: User) -> None:
    anna, team = UserFactory.create(), TeamFactory.create()
    first, second, theirs = TaskFactory.create(team=team), TaskFactory.create(), TaskFactory.create(assignee=anna)
    before = said("assignee", "team")
    job = done(begun("task_assign", by, assignee_id=anna.pk))
    assert counts(job) == ("done", 3, 3, 2, 0)
    assert said("assignee", "team") == [(anna.pk, team.pk), (anna.pk, None), (anna.pk, None)]
    told = Notice.objects.filter(kind="task_assigned", user=anna).order_by("pk")
    assert [notice.url for notice in told] == [first.get_absolute_url(), second.get_absolute_url()]
    changed_by(anna, theirs, priority=1)
    changed_by(anna, second, assignee=by)
    assert counts(taken_back(job, by)) == ("undone", 3, 2, 2, 1)
    assert said("assignee", "team") == [before[0], (by.pk, None), (anna.pk, None)]


def test_who_has_left_does_not_come_back(by: User) -> None:
    task, gone = TaskFactory.create(), TaskFactory.create(assignee=UserFactory.create())
    job = done(begun("task_assign", by, assignee_id=None, team_id=None))
    assert task.assignee is not None
    User.objects.filter(pk=gone.assignee_id).delete()
    assert counts(taken_back(job, by)) == ("undone", 2, 2, 2, 1)
    assert said("assignee") == [(task.assignee_id,), (None,)]


def test_put_off_until_and_back_to_what_it_was(by: User) -> None:
    plain, sooner, _done = (
        TaskFactory.create(reminded_at=NOON),
        TaskFactory.create(snoozed_until=NOON + timedelta(hours=2)),
        TaskFactory.create(done_at=NOON),
    )
    job = done(begun("task_put_off", by, until=LATER.isoformat()))
    assert counts(job) == ("done", 3, 3, 2, 0)
    assert said("snoozed_until", "reminded_at") == [(LATER, None), (LATER, None), (None, None)]
    taken_back(job, by)
    assert said("snoozed_until", "reminded_at") == [
        (None, plain.reminded_at), (sooner.snoozed_until, None), (None, None),
    ]  # fmt: skip


def test_a_moment_that_has_passed_ends_it(by: User) -> None:
    TaskFactory.create()
    assert done(begun("task_put_off", by, until=NOON.isoformat())).error == "This moment has passed."


def test_undo_leaves_what_was_put_off_anew(by: User) -> None:
    task = TaskFactory.create()
    job = done(begun("task_put_off", by, until=LATER.isoformat()))
    snooze_task(task=task, until=LATER + timedelta(days=1), by=by, now=NOON)
    assert counts(taken_back(job, by)) == ("undone", 1, 1, 1, 1)
    assert said("snoozed_until") == [(LATER + timedelta(days=1),)]


def test_priority_and_back(by: User) -> None:
    TaskFactory.create(priority=3), TaskFactory.create(priority=1)
    job = done(begun("task_priority", by, priority=1))
    assert (counts(job), said("priority")) == (("done", 2, 2, 1, 0), [(1,), (1,)])
    taken_back(job, by)
    assert said("priority") == [(3,), (1,)]


def test_what_others_changed_since_it_was_asked_for_is_left_alone_and_counted(by: User) -> None:
    """One's own changes meanwhile are not in the way, nor are those from before."""
    other, (theirs, mine, before) = UserFactory.create(), TaskFactory.create_batch(3)
    changed_by(other, before, priority=1)
    job = begun("task_done", by)
    changed_by(other, theirs, priority=1)
    changed_by(by, mine, priority=3)
    job = done(job)
    assert (counts(job), job.overtaken) == (("done", 3, 3, 2, 0), 1)
    assert [is_done is not None for (is_done,) in said("done_at")] == [False, True, True]
    complete_task(task=theirs, by=other, now=NOON)
    taken_back(job, by)
    assert [is_done is not None for (is_done,) in said("done_at")] == [True, False, False]


def test_those_of_others_are_not_touched(by: User) -> None:
    TaskFactory.create(customer=None)
    mine = TaskFactory.create(customer=None, assignee=by)
    job = running.begin(
        action="task_done", parameters={}, rows=Task.objects.order_by("pk"), selection={"picked": 2}, by=by
    )
    assert counts(done(job)) == ("done", 2, 2, 1, 1)
    assert [change.task_id for change in BulkChange.objects.all()] == [mine.pk]


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 2, 3])
def test_broken_off_anywhere_it_goes_on_and_nothing_is_done_twice(
    by: User, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks of ten; the machine stops as the chunk `at` is about to be written down."""
    TaskFactory.create_batch(25, repeat="daily", repeat_from=NOON.date(), assignee=by)
    monkeypatch.setattr(pacing, "monotonic", lambda: 0.0)
    job, chunks = begun("task_done", by), []
    advance: Callable[..., None] = running._advance

    def stop(*args: Any, **counted: Any) -> None:
        chunks.append(args)
        if len(chunks) == at:
            raise OSError("no power")
        advance(*args, **counted)

    with monkeypatch.context() as patched:
        patched.setattr(running, "_advance", stop)
        patched.setattr(running, "MOST", 10)
        with pytest.raises(OSError, match="no power"):
            running.run(job=job)
    assert Task.objects.filter(done_at=NOON).count() == BulkChange.objects.count() == 10 * (at - 1)
    assert counts(done(job)) == ("done", 25, 25, 25, 0)
    assert Task.objects.filter(after__isnull=False).count() == BulkChange.objects.count() == 25
    assert counts(taken_back(job, by)) == ("undone", 25, 25, 25, 0)
    assert (Task.objects.count(), Task.objects.filter(done_at=None).count()) == (25, 25)


def test_its_file_has_those_who_were_meant_in_the_list_s_order(
    by: User, tmp_path: Path, settings: LazySettings
) -> None:
    settings.VAR_DIR = tmp_path
    TaskFactory.create(what="late", due_at=NOON + timedelta(days=1), priority=1)
    TaskFactory.create(what="=soon", due_at=NOON + timedelta(hours=1))
    for order, expected in (("", ["'=soon", "late"]), ("urgency", ["late", "'=soon"])):
        job = done(begun("task_export", by, format="csv", columns=["what"], order=order))
        lines = Path(job.path).read_text("utf-8-sig").splitlines()
        assert [line.split(",")[1] for line in lines] == ["what", *expected]
        assert Path(job.path).name == f"tasks-{job.pk}.csv"
