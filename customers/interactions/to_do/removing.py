"""Deleting a task, and having it back: the row of the audit still says all of it."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.errors import DomainError
from crm.common.retrying import retried
from customers.identity.holding import hold
from customers.interactions.to_do.adding import set_due
from customers.interactions.to_do.changing import lock_task, take_away
from customers.models import Customer, Task

RESTORE_WITHIN: Final = timedelta(minutes=10)
REFERENCES: Final = ("assignee", "team", "interaction", "order", "invoice", "done_by", "created_by")
SAID: Final = (
    "what",
    "notes",
    "due_on",
    "due_time",
    "priority",
    "repeat",
    "repeat_from",
    "snoozed_until",
)


class NotTheirs(DomainError):
    """A task is deleted by whose it is, by who made it, or by who answers for all."""


class StaysOnRecord(DomainError):
    """What was done is part of what happened."""


class CannotRestore(DomainError):
    """Only what one has deleted oneself, and only for a short while."""


def delete_task(*, task: Task, by: User, now: datetime) -> None:
    """Raises NotTheirs, StaysOnRecord, TaskGone."""
    with transaction.atomic():
        held = lock_task(task)
        if by.pk not in (held.assignee_id, held.created_by_id) and not by.has_perm("customers.view_all_tasks"):
            raise NotTheirs(_("Only whose task it is, who made it, or a manager can delete it."))
        if held.done_at is not None:
            raise StaysOnRecord(_("A task that is done stays on record. Reopen it first."))
        take_away(held, by=by, now=now)


@retried
def restore_task(*, task_id: int, by: User, now: datetime) -> Task:
    """Have back what one has just deleted, as it was. Raises CannotRestore, CustomerGone."""
    events = Task.pgh_event_model.objects  # type: ignore[attr-defined]
    gone = events.filter(
        pgh_obj_id=task_id, pgh_label="delete", pgh_created_at__gt=now - RESTORE_WITHIN,
        pgh_context__metadata__user=by.pk,
    ).order_by("-pgh_id").first()  # fmt: skip
    if gone is None:
        raise CannotRestore(_("Only a task you have just deleted can be restored."))
    with transaction.atomic():
        task = Task(pk=task_id, **{name: getattr(gone, name) for name in SAID})
        for name in REFERENCES:
            setattr(task, name, _find(name, getattr(gone, f"{name}_id")))
        if gone.customer_id is not None:
            task.customer = _customer(gone.customer_id)
        set_due(task)
        if not Task.objects.filter(pk=task_id).exists():
            task.save(force_insert=True)
    return Task.objects.get(pk=task_id)


def _find(name: str, pk: int | None) -> object:
    model = Task._meta.get_field(name).related_model  # noqa: SLF001 (Django's documented name)
    return model._default_manager.filter(pk=pk).first() if pk is not None else None  # type: ignore[union-attr] # noqa: SLF001


def _customer(pk: int) -> Customer:
    customer = Customer.objects.filter(pk=pk).first()
    if customer is None:
        raise CannotRestore(_("Its customer is no longer there."))
    return hold(customer)
