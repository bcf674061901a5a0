"""What is said of tasks on pages and in mails, in the active language."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from crm.common.days import company_zone, day_of
from customers.models import Task


def due_words(on: date, at: time | None, now: datetime) -> str:
    """today, tomorrow 09:00, Mon 7 Dec."""
    away = (on - day_of(now)).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    words = near.get(away) or (_short(on) if abs(away) < 180 else date_format(on, "DATE_FORMAT"))
    return f"{words} {time_format(at, 'H:i')}" if at else words


def _short(on: date) -> str:
    return f"{date_format(on, 'D')} {date_format(on, 'MONTH_DAY_FORMAT')}"


def whose(task: Task) -> str | None:
    """Needs `assignee` and `team`."""
    if task.assignee is not None:
        return str(task.assignee)
    return _("%(team)s (nobody yet)") % {"team": task.team} if task.team is not None else None


def due_notice(data: Mapping[str, Any]) -> str:
    return _("Due %(when)s: %(what)s") % {"when": _when(data), "what": data.get("what", "")}


def assigned_notice(data: Mapping[str, Any]) -> str:
    words = _("%(by)s gave you a task: %(what)s") % {"by": data.get("by", ""), "what": data.get("what", "")}
    return words + _(", due %(when)s") % {"when": _when(data)} if data.get("due_on") else words


def _when(data: Mapping[str, Any]) -> str:
    """The day in full: a notice may be read much later."""
    if not data.get("due_on"):
        return ""
    words = date_format(date.fromisoformat(data["due_on"]), "DATE_FORMAT")
    return f"{words} {data['due_time']}" if data.get("due_time") else words


def until_words(until: datetime, now: datetime) -> str:
    """As `due_words`, on the company's clock."""
    here = until.astimezone(company_zone())
    return due_words(here.date(), here.time(), now)
