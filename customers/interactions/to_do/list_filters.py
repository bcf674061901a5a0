"""What the list of tasks can be narrowed to."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.list_fields import person_field, team_field
from crm.common.lists.conditions import NOTHING
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking, Fixed
from customers.identity.choosing_filters import customer_field
from customers.interactions.to_do.listing import STATES, overdue, stands
from customers.models import Task


def _stands(op: str, value: Any, _asking: Asking) -> Q:
    now, known = timezone.now(), dict(STATES)
    fits = reduce(or_, (stands(one, now=now) if one in known else NOTHING for one in value))
    return fits if op == "is" else ~fits


def _overdue(op: str, _value: Any, _asking: Asking) -> Q:
    late = overdue(now=timezone.now())
    return late if op == "yes" else ~late


TASK_FIELDS = (
    Field(
        key="state", label=_("State"), kind="choice", holds=_stands, options=Fixed(choices=STATES),
        only=("is", "is_not"),
    ),
    person_field(key="whose", label=_("Whose"), path="assignee"),
    team_field(path="team"),
    person_field(key="by", label=_("Made by"), path="created_by"),
    customer_field(),
    Field(key="what", label=_("What"), kind="text", path="what", only=("contains", "lacks", "is")),
    Field(key="overdue", label=_("Overdue"), kind="yes_no", holds=_overdue),
    Field(key="due", label=_("Due"), kind="date", path="due_on", only=("before", "from")),
    Field(
        key="priority", label=_("Priority"), kind="choice", path="priority", is_id=True, only=("is", "is_not"),
        options=Fixed(choices=[(str(value), label) for value, label in Task.Priority.choices]),
    ),
    Field(
        key="repeat", label=_("Repeats"), kind="choice", path="repeat", has_no="text",
        options=Fixed(choices=[one for one in Task.Repeat.choices if one[0]]),
    ),
    Field(
        key="made", label=_("Made on"), kind="date", path="created_at", is_moment=True,
        only=("within", "older", "from", "before"),
    ),
    Field(
        key="done", label=_("Done on"), kind="date", path="done_at", is_moment=True,
        only=("within", "older", "from", "before"),
    ),
)  # fmt: skip
