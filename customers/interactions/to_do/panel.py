"""The open tasks about a customer, beside what is known of them."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from accounts.access import Asker
from crm.common.compiled import Compiled
from customers.interactions.to_do import listing
from customers.interactions.to_do.words import due_words, whose
from customers.models import Customer, Task

SHOWN: Final = 6


def open_tasks(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """One query. What is put off stands with the others: whoever looks at a customer wants to know of all."""
    now = timezone.now()
    found = _OPEN.rows(Asker.of(request.user), customer=customer.pk, now=now)
    return {
        "customer": customer,
        "tasks": [_shown(task, now) for task in found[:SHOWN]],
        "has_more": len(found) > SHOWN,
        "may_change": request.user.has_perm("customers.change_task"),
    }


def _open(asker: Asker, *, customer: int, now: datetime) -> listing.Tasks:
    theirs = Task.objects.visible_to(asker.user).filter(customer=customer, done_at=None)
    return listing.most_urgent(theirs, now=now, limit=SHOWN + 1)


_OPEN: Final = Compiled[Task](_open)


def _shown(task: Task, now: datetime) -> dict[str, Any]:
    return {
        "task": task,
        "due": due_words(task.due_on, task.due_time, now) if task.due_on else "",
        "is_overdue": task.due_at is not None and task.due_at <= now,
        "whose": whose(task),
    }
