"""Finishing a task, and taking that back."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from crm.common.days import day_of
from crm.common.retrying import retried
from customers.identity.holding import hold
from customers.interactions.to_do.adding import set_due
from customers.interactions.to_do.changing import lock_task, settle_notices, take_away
from customers.interactions.to_do.repeating import next_day
from customers.models import Task


@retried
def complete_task(*, task: Task, by: User, now: datetime) -> Task:
    """Done, and of what repeats the next one made: once, however many complete it. Raises TaskGone.

    What is done already stays as it was done.
    """
    with transaction.atomic():
        held = lock_task(task)
        if held.done_at is None:
            held.done_at, held.done_by, held.snoozed_until = now, by, None
            held.save(update_fields=["done_at", "done_by", "snoozed_until", "updated_at"])
            settle_notices(held, by=by, now=now)
            _make_next(held, now)
    return held


@retried
def reopen_task(*, task: Task, by: User, now: datetime) -> Task:
    """Not done after all. The next one that was made is taken back, unless somebody has done something with it.

    Raises TaskGone.
    """
    with transaction.atomic():
        held = lock_task(task)
        if held.done_at is not None:
            held.done_at = held.done_by = None
            set_due(held)
            held.save(update_fields=["done_at", "done_by", "due_at", "updated_at"])
            _take_next_back(held, by=by, now=now)
    return held


def _make_next(done: Task, now: datetime) -> None:
    if not done.repeat or done.due_on is None or Task.objects.filter(after=done).exists():
        return
    first = done.repeat_from or done.due_on
    made = Task(
        what=done.what, notes=done.notes, priority=done.priority, repeat=done.repeat, repeat_from=first,
        due_on=next_day(repeat=done.repeat, first=first, last=done.due_on, today=day_of(now)), due_time=done.due_time,
        assignee_id=done.assignee_id, team_id=done.team_id, created_by_id=done.created_by_id, after=done,
        customer=hold(done.customer) if done.customer else None,
        order_id=done.order_id, invoice_id=done.invoice_id, interaction_id=done.interaction_id,
    )  # fmt: skip
    set_due(made)
    made.save()


def _take_next_back(task: Task, *, by: User, now: datetime) -> None:
    made = Task.objects.select_for_update().filter(after=task).first()
    if made is not None and not _was_changed(made):
        take_away(made, by=by, now=now)


def _was_changed(task: Task) -> bool:
    """Whether the audit knows of a change; that it was reminded of is none."""
    events = Task.pgh_event_model.objects  # type: ignore[attr-defined]
    return bool(events.filter(pgh_obj_id=task.pk, pgh_label="update").exists())
