"""Putting a task off: until then it is not among what is due, and then it is reminded of again."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.common.errors import DomainError
from customers.interactions.to_do.changing import lock_task, settle_notices
from customers.interactions.to_do.due import check_reach, start_of_work
from customers.models import Task

LATER, TOMORROW, NEXT_WEEK = "later", "tomorrow", "next_week"
CHOICES: Final = (
    (LATER, gettext_lazy("In two hours")), (TOMORROW, gettext_lazy("Tomorrow")),
    (NEXT_WEEK, gettext_lazy("Next week")),
)  # fmt: skip


class IsOver(DomainError):
    """A task is put off to a moment to come."""


class DoneAlready(DomainError):
    """What is done needs no putting off."""


class NotPutOff(DomainError):
    """It was moved, or taken up again, meanwhile."""


def snooze_task(*, task: Task, until: datetime | None, by: User, now: datetime) -> Task:
    """Hidden from what is due until then; None shows it again. Raises IsOver, DoneAlready, TaskGone."""
    if until is not None and until <= now:
        raise IsOver(_("This moment has passed."))
    with transaction.atomic():
        held = lock_task(task)
        if held.done_at is not None:
            raise DoneAlready(_("This task is done already."))
        held.snoozed_until = until
        if until is not None:
            held.reminded_at = None
            settle_notices(held, by=by, now=now)
        held.save(update_fields=["snoozed_until", "reminded_at", "updated_at"])
    return held


def undo_snooze(*, task: Task, now: datetime) -> Task:
    """As before it was put off last: not at all, or until the moment that was, where that is still to come.

    Raises NotPutOff, TaskGone.
    """
    with transaction.atomic():
        held = lock_task(task)
        if held.snoozed_until is None:
            raise NotPutOff(_("This task is not put off."))
        before = _before(held)
        held.snoozed_until = before if before is not None and before > now else None
        held.save(update_fields=["snoozed_until", "updated_at"])
    return held


def _before(task: Task) -> datetime | None:
    """What the audit says: its events keep the row as it was."""
    events = Task.pgh_event_model.objects.filter(pgh_obj_id=task.pk, pgh_label="update")  # type: ignore[attr-defined]
    others = events.exclude(snoozed_until=task.snoozed_until).order_by("-pgh_id")
    return others.values_list("snoozed_until", flat=True).first()  # type: ignore[no-any-return]


def until_choice(choice: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """What a choice means: two hours on, to the next quarter; the start of work tomorrow, or on Monday."""
    here = now.astimezone(zone)
    if choice == TOMORROW:
        return start_of_work(here.date() + timedelta(days=1), zone)
    if choice == NEXT_WEEK:
        return start_of_work(here.date() + timedelta(days=7 - here.weekday()), zone)
    rounded = now + timedelta(hours=2, minutes=14)
    return rounded.replace(minute=rounded.minute // 15 * 15, second=0, microsecond=0)


def until_day(day: date, *, zone: ZoneInfo) -> datetime:
    """The start of work of that day. Raises OutOfReach."""
    check_reach(day)
    return start_of_work(day, zone)
