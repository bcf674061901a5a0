"""Reminding people of what became due, once each time it does.

A task is marked in the transaction that tells its people: killed anywhere, either both stand or neither does, and the
next run goes on. Two runs beside each other take different tasks.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, When
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain.notices import Told, tell_each
from accounts.models import User
from crm.common.days import company_zone
from crm.common.outbox.sending import send_mail
from customers.interactions.to_do.adding import due_data
from customers.interactions.to_do.due import MORNING
from customers.interactions.to_do.links import link_to
from customers.interactions.to_do.words import due_notice
from customers.models import Task
from customers.querysets.to_do import TaskQuerySet

DUE: Final = "task_due"  # the kind of notice
AT_ONCE: Final = 500
_DAY_AND_AN_HOUR: Final = timedelta(hours=25)  # the longest day


def remind(*, now: datetime) -> int:
    """Tell whoever has it, else the team's people, else who made it; how many tasks. Fixed queries a batch."""
    reminded = 0
    while True:
        with transaction.atomic():
            tasks = list(_unreminded(now).select_for_update(skip_locked=True)[:AT_ONCE])
            _tell(tasks, now)
        reminded += len(tasks)
        if len(tasks) < AT_ONCE:
            return reminded


def _unreminded(now: datetime) -> TaskQuerySet[Task]:
    """What is due at a time that has come, or on a day whose work has begun; what was put off, when that is over."""
    here = now.astimezone(company_zone())
    day = here.date() if here.time() >= MORNING else here.date() - timedelta(days=1)
    at_its_time = Q(due_time__isnull=False, due_at__lte=now)
    in_the_morning = Q(due_time=None, due_on__lte=day, due_at__lte=now + _DAY_AND_AN_HOUR)
    came = at_its_time | in_the_morning
    tasks = Task.objects.filter(
        Q(snoozed_until=None) & came | Q(snoozed_until__lte=now), done_at=None, reminded_at=None
    )
    return tasks.annotate(has_come=Case(When(came, then=True), default=False)).order_by("pk")  # type: ignore[return-value] # annotated


def _tell(tasks: list[Task], now: datetime) -> None:
    if not tasks:
        return
    Task.objects.filter(pk__in=[task.pk for task in tasks if task.has_come]).update(reminded_at=now)  # type: ignore[attr-defined]
    # What was put off to before it is due is reminded of then as well.
    Task.objects.filter(pk__in=[task.pk for task in tasks if not task.has_come]).update(snoozed_until=None)  # type: ignore[attr-defined]
    people = _people(tasks)
    by_mail: dict[User, list[Task]] = defaultdict(list)
    told = []
    for task in tasks:
        for user in people[task.pk]:
            told.append(_notice(task, user, now))
            if user.has_reminder_mails:
                by_mail[user].append(task)
    tell_each(told, kind=DUE, now=now)
    for user, theirs in by_mail.items():
        _mail(user, theirs)


def _notice(task: Task, user: User, now: datetime) -> Told:
    moment = task.snoozed_until or task.due_at or now
    return Told(
        user_id=user.pk,
        key=f"task:{task.pk}:due:{moment.isoformat()}",
        data={"what": task.what, **due_data(task)},
        url=task.get_absolute_url(),
        customer_id=task.customer_id,
        is_mailed=user.has_reminder_mails,
    )


def _people(tasks: Iterable[Task]) -> dict[int, list[User]]:
    """By task, those still here; one query."""
    nobodys = [task for task in tasks if task.assignee_id is None]
    teams = {task.team_id for task in nobodys if task.team_id is not None}
    ids = {task.assignee_id for task in tasks} | {task.created_by_id for task in nobodys}
    users = list(User.objects.filter(Q(pk__in=ids - {None}) | Q(team__in=teams), is_active=True))
    by_id = {user.pk: user for user in users}
    by_team: dict[int | None, list[User]] = defaultdict(list)
    for user in users:
        by_team[user.team_id].append(user)

    def whose(task: Task) -> list[User]:
        if task.assignee_id is None and task.team_id is not None:
            return by_team[task.team_id]
        one = by_id.get(task.assignee_id or task.created_by_id or 0)
        return [one] if one is not None else []

    return {task.pk: whose(task) for task in tasks}


def _mail(user: User, tasks: list[Task]) -> None:
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language):
        lines = [f"- {due_notice({'what': task.what, **due_data(task)})}{_link(task)}" for task in tasks]
        count = len(tasks)
        subject = (
            due_notice({"what": tasks[0].what, **due_data(tasks[0])})
            if count == 1
            else ngettext("%(count)s task is due", "%(count)s tasks are due", count) % {"count": count}
        )
        body = "\n".join([_("Hello %(name)s,") % {"name": user}, "", *lines, ""])
    send_mail(to=user.email, kind="task_reminder", subject=subject, body=body, language=language)


def _link(task: Task) -> str:
    url = link_to(task.get_absolute_url())
    return f"\n  {url}" if url else ""
