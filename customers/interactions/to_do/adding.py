"""Giving somebody something to do."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain.notices import tell
from accounts.models import Team, User
from crm.common.days import company_zone
from crm.common.errors import DomainError
from crm.common.retrying import retried
from customers.identity.holding import hold
from customers.interactions.to_do.due import SOME_DAY, Due, check_reach, moment_of
from customers.models import Customer, Interaction, Task

ASSIGNED: Final = "task_assigned"  # the kind of notice


class RepeatsFromNoDay(DomainError):
    """What comes again begins on a day."""


@retried
def add_task(  # noqa: PLR0913 - what there is to say of a task
    *, what: str, by: User, now: datetime, due: Due = SOME_DAY, assignee: User | None = None, team: Team | None = None,
    customer: Customer | None = None, interaction: Interaction | None = None, notes: str = "",
    priority: int = Task.Priority.NORMAL, repeat: str = "",
) -> Task:  # fmt: skip
    """Made by `by`, who need not be whose it is; that person is told.

    With a customer who becomes one with another meanwhile it is the other's. Raises OutOfReach, RepeatsFromNoDay,
    CustomerGone.
    """
    task = Task(
        what=what.strip(), notes=notes.strip(), due_on=due.on, due_time=due.at, priority=priority, repeat=repeat,
        repeat_from=due.on if repeat else None, assignee=assignee, team=team, interaction=interaction, created_by=by,
    )  # fmt: skip
    set_due(task)
    with transaction.atomic():
        if customer is not None:
            task.customer = hold(customer)
        task.save()
        tell_assigned(task, by=by, now=now)
    return task


def set_due(task: Task) -> None:
    """Let what follows from day and time follow. Raises OutOfReach, RepeatsFromNoDay."""
    check_reach(task.due_on)
    if task.repeat and task.due_on is None:
        raise RepeatsFromNoDay(_("Say from which day it repeats."))
    task.due_at = moment_of(Due(task.due_on, task.due_time), company_zone())


def tell_assigned(task: Task, *, by: User, now: datetime) -> None:
    """Whose it is, unless they gave it to themselves."""
    if task.assignee_id is not None and task.assignee_id != by.pk:
        data: dict[str, Any] = {"what": task.what, "by": str(by), **due_data(task)}
        tell(
            user_ids=[task.assignee_id], kind=ASSIGNED, data=data, url=task.get_absolute_url(),
            customer_id=task.customer_id, key=f"task:{task.pk}:assigned:{now.isoformat()}", now=now,
        )  # fmt: skip


def due_data(task: Task) -> dict[str, str]:
    """Day and time as JSON has them."""
    return {
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "due_time": task.due_time.isoformat("minutes") if task.due_time else "",
    }
