"""To many tasks what is done to one: each by the verb of one, in the transaction of a chunk.

What a verb refuses stays as it is. Undo gives back what was where all that the action set still stands so.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Team, User
from customers.interactions.to_do.adding import RepeatsFromNoDay
from customers.interactions.to_do.changing import TaskGone, change_task
from customers.interactions.to_do.completing import complete_task, reopen_task
from customers.interactions.to_do.due import OutOfReach
from customers.interactions.to_do.snoozing import DoneAlready, snooze_task
from customers.interactions.to_do.words import until_words
from customers.models import Task
from customers.registry.bulk import Changed, Parameters

Said = dict[str, Any]
REFUSED: Final = (DoneAlready, OutOfReach, RepeatsFromNoDay, TaskGone)
DONE: Final = ("done_at", "done_by_id", "snoozed_until")
WHOSE: Final = ("assignee_id", "team_id")
PUT_OFF: Final = ("snoozed_until", "reminded_at")
PRIORITY: Final = ("priority",)


def complete(ids: Sequence[int], _parameters: Parameters, by: User) -> list[Changed]:
    now = timezone.now()
    return _each(ids, DONE, lambda task: complete_task(task=task, by=by, now=now))


def take_back_done(_parameters: Parameters, changes: Sequence[Changed], by: User) -> set[int]:
    """Put off again as well, where it was."""
    now = timezone.now()

    def step(task: Task, before: Said) -> None:
        reopened = reopen_task(task=task, by=by, now=now)
        if before["snoozed_until"] is not None:
            _restore(reopened, {"snoozed_until": before["snoozed_until"]})

    return _back(changes, step)


def assign(ids: Sequence[int], parameters: Parameters, by: User) -> list[Changed]:
    """`parameters`: {"assignee_id": …} and/or {"team_id": …}; None takes it away. Whoever gets one is told."""
    wanted = {name: parameters[name] for name in WHOSE if name in parameters}
    return _each(ids, list(wanted), partial(_change, wanted=wanted, by=by, now=timezone.now()))


def take_back_assigned(_parameters: Parameters, changes: Sequence[Changed], by: User) -> set[int]:
    """Whoever has left, and a team that is gone, do not come back."""
    people, teams = _there(User, changes, "assignee_id"), _there(Team, changes, "team_id")
    now = timezone.now()
    still = [
        one for one in changes
        if one.before.get("assignee_id") in people and one.before.get("team_id") in teams
    ]  # fmt: skip
    return _back(still, lambda task, before: _change(task, wanted=before, by=by, now=now))


def put_off(ids: Sequence[int], parameters: Parameters, by: User) -> list[Changed]:
    """`parameters`: {"until": a moment}. Raises IsOver."""
    until, now = parse_datetime(parameters["until"]), timezone.now()
    return _each(ids, PUT_OFF, lambda task: snooze_task(task=task, until=until, by=by, now=now))


def take_back_put_off(_parameters: Parameters, changes: Sequence[Changed], _by: User) -> set[int]:
    """As before it was put off: until the moment that was, where that is still to come."""
    now = timezone.now()

    def step(task: Task, before: Said) -> None:
        until = before["snoozed_until"] and parse_datetime(before["snoozed_until"])
        _restore(task, {**before, "snoozed_until": until if until and until > now else None})

    return _back(changes, step)


def prioritise(ids: Sequence[int], parameters: Parameters, by: User) -> list[Changed]:
    """`parameters`: {"priority": …}."""
    wanted = {"priority": parameters["priority"]}
    return _each(ids, PRIORITY, partial(_change, wanted=wanted, by=by, now=timezone.now()))


def take_back_priority(_parameters: Parameters, changes: Sequence[Changed], by: User) -> set[int]:
    now = timezone.now()
    return _back(changes, lambda task, before: _change(task, wanted=before, by=by, now=now))


def whose_in_words(parameters: Parameters) -> str:
    said = []
    if "assignee_id" in parameters:
        person = User.objects.filter(pk=parameters["assignee_id"]).first()
        said.append(_("Whose: %(name)s") % {"name": person or _("nobody")})
    if "team_id" in parameters:
        team = Team.objects.filter(pk=parameters["team_id"]).first()
        said.append(_("Team: %(name)s") % {"name": team or _("no team")})
    return " · ".join(said)


def until_in_words(parameters: Parameters) -> str:
    until = parse_datetime(parameters["until"])
    return _("until %(when)s") % {"when": until_words(until, timezone.now())} if until else ""


def priority_in_words(parameters: Parameters) -> str:
    return str(dict(Task.Priority.choices).get(parameters["priority"], ""))


def _each(ids: Collection[int], names: Sequence[str], step: Callable[[Task], object]) -> list[Changed]:
    changed = []
    for task in _locked(ids):
        before = _said(task, names)
        try:
            step(task)
        except REFUSED:
            continue
        task.refresh_from_db(fields=[*names])
        after = _said(task, names)
        if after != before:
            changed.append(Changed(row_id=task.pk, before=before, after=after))
    return changed


def _back(changes: Sequence[Changed], step: Callable[[Task, Said], object]) -> set[int]:
    by_id, back = {each.row_id: each for each in changes}, set[int]()
    for task in _locked(by_id):
        each = by_id[task.pk]
        if _said(task, list(each.after)) != each.after:
            continue
        try:
            step(task, each.before)
        except REFUSED:
            continue
        back.add(task.pk)
    return back


def _locked(ids: Collection[int]) -> list[Task]:
    return list(Task.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _said(task: Task, names: Sequence[str]) -> Said:
    values = {name: getattr(task, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _change(task: Task, *, wanted: Mapping[str, Any], by: User, now: datetime) -> None:
    """What is so already is not written."""
    if any(getattr(task, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(task, name, value)
        change_task(task=task, by=by, now=now)


def _restore(task: Task, values: Said) -> None:
    for name, value in values.items():
        setattr(task, name, parse_datetime(value) if isinstance(value, str) else value)
    task.save(update_fields=[*values, "updated_at"])


def _there(model: type[User | Team], changes: Sequence[Changed], name: str) -> set[int | None]:
    """Those that were before and still are; nobody is always there."""
    ids = {each.before.get(name) for each in changes} - {None}
    return {None, *model._default_manager.filter(pk__in=ids).values_list("pk", flat=True)}  # noqa: SLF001 (Django's documented name)
