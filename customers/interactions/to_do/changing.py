"""Saying something else of a task: another day, another person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain.notices import settle
from accounts.models import User
from crm.common.errors import DomainError
from crm.common.versions import lock_as_seen
from customers.interactions.to_do.adding import set_due, tell_assigned
from customers.models import Task

EDITABLE: Final = ("what", "notes", "due_on", "due_time", "priority", "repeat", "assignee", "team")
FOLLOWING: Final = ("due_at", "repeat_from", "reminded_at", "snoozed_until", "updated_at")


class TaskGone(DomainError):
    """Somebody has deleted it meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This task was deleted meanwhile."))


class TakenAlready(DomainError):
    """Somebody else was quicker."""


def change_task(*, task: Task, by: User, now: datetime, seen: str | None = None) -> Task:
    """Save what was changed on `task`; whoever it is given to is told.

    Another day or time ends its snooze, and reminds anew. Raises ChangedMeanwhile unless the row is as `seen`,
    OutOfReach, RepeatsFromNoDay, TaskGone.
    """
    with transaction.atomic():
        lock_as_seen(task, seen, EDITABLE)
        before = Task.objects.filter(pk=task.pk).first()
        if before is None:
            raise TaskGone
        set_due(task)
        _follow(task, before)
        task.save(update_fields=[*EDITABLE, *FOLLOWING])
        if task.assignee_id != before.assignee_id:
            tell_assigned(task, by=by, now=now)
    return task


def take_task(*, task: Task, by: User) -> Task:
    """What is nobody's becomes one's own. Raises TakenAlready, TaskGone."""
    with transaction.atomic():
        held = lock_task(task)
        if held.done_at is not None:
            raise TakenAlready(_("This task is done already."))
        if held.assignee_id not in (None, by.pk):
            raise TakenAlready(_("%(name)s has taken this task already.") % {"name": held.assignee})
        held.assignee = by
        held.save(update_fields=["assignee", "updated_at"])
    return held


def lock_task(task: Task) -> Task:
    """The row as it is now, kept so until the transaction ends. Raises TaskGone."""
    held = Task.objects.select_for_update().filter(pk=task.pk).first()
    if held is None:
        raise TaskGone
    return held


def take_away(task: Task, *, by: User, now: datetime) -> None:
    """Delete it; the caller has its row."""
    settle_notices(task, by=by, now=now)
    task.delete()


def settle_notices(task: Task, *, by: User, now: datetime) -> None:
    """Whoever was told of it needs not read that any more."""
    told = {by.pk} if task.assignee_id is None else {by.pk, task.assignee_id}
    if task.team_id is not None:
        told.update(User.objects.filter(team=task.team_id).values_list("pk", flat=True))
    settle(user_ids=sorted(told), keys_from=f"task:{task.pk}:", now=now)


def _follow(task: Task, before: Task) -> None:
    """The day it repeats from is the one it was last put on; a moved task is no longer put off, nor reminded of."""
    if not task.repeat:
        task.repeat_from = None
    elif _differs(task, before, ("due_on", "repeat")) or task.repeat_from is None:
        task.repeat_from = task.due_on
    if _differs(task, before, ("due_on", "due_time")):
        task.reminded_at = task.snoozed_until = None
    else:
        task.reminded_at, task.snoozed_until = before.reminded_at, before.snoozed_until


def _differs(task: Task, before: Task, names: Sequence[str]) -> bool:
    return any(getattr(task, name) != getattr(before, name) for name in names)
