"""The tasks of the start page: mine, those due first, and those of my team that nobody has taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value, Window
from django.urls import reverse

from accounts.models import User
from crm.common.days import day_of, start_of
from customers.interactions.to_do import listing
from customers.interactions.to_do.words import due_words
from customers.models import Task

SHOWN = 8
_FIELDS = ("pk", "what", "due_on", "due_time", "due_at", "priority", "customer_id", "customer__name")


@dataclass(frozen=True, slots=True)
class ToDo:
    pk: int
    what: str
    due: str
    is_due: bool
    is_overdue: bool
    is_high: bool
    customer_id: int | None
    customer: str

    @property
    def url(self) -> str:
        return reverse("customers:task", args=[self.pk])

    @property
    def customer_url(self) -> str:
        return reverse("customers:detail", args=[self.customer_id]) if self.customer_id else ""


@dataclass(frozen=True, slots=True)
class ToDos:
    """`due`: how many of mine are due today or overdue; `next`: when none is, those that come then."""

    mine: tuple[ToDo, ...]
    due: int
    next: tuple[ToDo, ...]
    team: tuple[ToDo, ...]
    team_count: int


def to_dos(*, user: User, now: datetime) -> ToDos:
    """One query for both; each walks the index on whose tasks are due when."""
    tonight = start_of(day_of(now) + timedelta(days=1))
    visible = listing.in_state(Task.objects.visible_to(user), listing.OPEN, now=now)
    mine = _first(visible.filter(assignee=user), "mine", Q(due_at__lte=tonight))
    team = _first(listing.of_team(visible, user), "team", Q(pk__isnull=False))
    rows = [dict(row) for row in (mine.union(team, all=True) if user.team_id else mine)]
    own, shared = _of(rows, "mine"), _of(rows, "team")
    shown = [_to_do(row, now=now, tonight=tonight) for row in own]
    return ToDos(
        mine=tuple(one for one in shown if one.is_due),
        due=own[0]["counted"] if own else 0,
        next=tuple(one for one in shown if not one.is_due),
        team=tuple(_to_do(row, now=now, tonight=tonight) for row in shared),
        team_count=shared[0]["counted"] if shared else 0,
    )


def _first(tasks: "QuerySet[Task]", whose: str, counted: Q) -> Any:
    return (
        tasks.order_by(F("due_at").asc(nulls_last=True), "pk")
        .annotate(whose=Value(whose), counted=Window(Count("pk", filter=counted)))
        .values(*_FIELDS, "whose", "counted")[:SHOWN]
    )


def _of(rows: Iterable[Mapping[str, Any]], whose: str) -> list[Mapping[str, Any]]:
    """A union is in no order."""
    return sorted(
        (row for row in rows if row["whose"] == whose),
        key=lambda row: (row["due_at"] is None, row["due_at"] or row["pk"], row["pk"]),
    )


def _to_do(row: Mapping[str, Any], *, now: datetime, tonight: datetime) -> ToDo:
    on, at = row["due_on"], row["due_at"]
    return ToDo(
        pk=row["pk"],
        what=row["what"],
        due=due_words(on, row["due_time"], now) if on else "",
        is_due=at is not None and at <= tonight,
        is_overdue=at is not None and at <= now,
        is_high=row["priority"] == Task.Priority.HIGH,
        customer_id=row["customer_id"],
        customer=row["customer__name"] or "",
    )
