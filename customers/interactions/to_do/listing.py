"""Which tasks a list shows, and in which order: what is overdue first, then by priority, then by when it is due."""

from datetime import datetime
from typing import Final

from django.db.models import BigIntegerField, Case, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Task
from customers.querysets.to_do import TaskQuerySet

URGENCY: Final = "urgency"
OPEN, SNOOZED, DONE = "open", "snoozed", "done"
STATES: Final = ((OPEN, _("To do")), (SNOOZED, _("Put off")), (DONE, _("Done")))
_GROUP: Final = 10**11  # more seconds than any moment has
Tasks = TaskQuerySet[Task]


class _Epoch(Func):
    template = "extract(epoch FROM %(expressions)s)::bigint"
    output_field = BigIntegerField()


def of_team(tasks: Tasks, user: User) -> Tasks:
    """Those of the user's team that nobody has taken. `tasks` are what the user may see."""
    return tasks.filter(assignee=None, team=user.team_id) if user.team_id else tasks.none()


def stands(state: str, *, now: datetime) -> Q:
    """Of STATES. What is put off is open, and not among what is to be done now."""
    if state == DONE:
        return Q(done_at__isnull=False)
    if state == SNOOZED:
        return Q(done_at=None, snoozed_until__gt=now)
    return (Q(snoozed_until=None) | Q(snoozed_until__lte=now)) & Q(done_at=None)


def overdue(*, now: datetime) -> Q:
    return Q(done_at=None, due_at__lte=now)


def in_state(tasks: Tasks, state: str, *, now: datetime) -> Tasks:
    return tasks.filter(stands(state, now=now))


def by_urgency(tasks: Tasks, *, now: datetime) -> Tasks:
    """With `urgency`, which orders them, smallest first: overdue, priority, when due; without a day they come last."""
    overdue = Case(When(due_at__lte=now, then=Value(0)), default=Value(4), output_field=IntegerField())
    group = (overdue + F("priority")) * Value(_GROUP, output_field=BigIntegerField())
    due = Coalesce(_Epoch("due_at"), Value(_GROUP - 1, output_field=BigIntegerField()))
    ordered: Tasks = tasks.annotate(urgency=group + due)  # type: ignore[assignment] # it says what was annotated
    return ordered


def most_urgent(tasks: Tasks, *, now: datetime, limit: int) -> Tasks:
    urgent = by_urgency(with_names(tasks), now=now)
    first: Tasks = urgent.order_by("urgency", "pk")[:limit]  # type: ignore[misc] # annotated
    return first


def with_names(tasks: Tasks) -> Tasks:
    """What a list says of each, without what is long or has to be taken apart first."""
    named = tasks.select_related("customer", "assignee", "team", "created_by")
    return named.defer("customer__provenance", "assignee__list_settings", "created_by__list_settings")
