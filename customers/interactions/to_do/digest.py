"""The mail of the morning: what is due today, what is overdue, what is new. Once a day a person, and only if there is
something.

That a day was thought of is written with the mail, in one transaction, by whoever changes the person's row first: run
twice, or killed anywhere, nobody gets two and nobody none.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain.notices import words_of
from accounts.models import Notice, User
from crm.common.days import company_zone, start_of
from crm.common.outbox.sending import send_mail
from customers.interactions.to_do.links import link_to
from customers.interactions.to_do.reminding import DUE
from customers.interactions.to_do.words import due_words
from customers.models import Task

FROM, UNTIL = time(6, 30), time(12)
SHOWN: Final = 20


def send_digests(*, now: datetime) -> int:
    """To all who want one, in the morning of the company; how many mails."""
    here = now.astimezone(company_zone())
    if not FROM <= here.time() < UNTIL:
        return 0
    waiting = _waiting(here.date()).order_by("pk").values_list("pk", flat=True)
    return sum(_send(user_id, here.date(), now) for user_id in list(waiting))


def _waiting(day: date) -> "QuerySet[User]":
    """A day that is still to come was thought of while the clock was ahead."""
    return User.objects.filter(Q(digested_on=None) | ~Q(digested_on=day), is_active=True, has_digest=True)


def _send(user_id: int, day: date, now: datetime) -> bool:
    with transaction.atomic():
        if not _waiting(day).filter(pk=user_id).update(digested_on=day):
            return False
        user = User.objects.get(pk=user_id)
        language = user.language or settings.LANGUAGE_CODE
        with translation.override(language):
            parts = [*_tasks(user, day, now), *_notices(user, now)]
            if not parts:
                return False
            subject = _("Your day: %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
            body = "\n".join([_("Hello %(name)s,") % {"name": user}, *parts, "", *_where()])
        send_mail(to=user.email, kind="digest", subject=subject, body=body, language=language)
    return True


def _tasks(user: User, day: date, now: datetime) -> list[str]:
    """Two parts: overdue, and due until the end of the day; what is put off beyond it is left out."""
    end = start_of(day + timedelta(days=1))
    mine = Task.objects.visible_to(user).filter(assignee=user, done_at=None, due_at__lte=end)
    mine = mine.filter(Q(snoozed_until=None) | Q(snoozed_until__lt=end)).order_by("due_at", "pk")
    tasks = list(mine.select_related("customer"))
    overdue = [task for task in tasks if task.due_at is not None and task.due_at <= now]
    today = tasks[len(overdue) :]
    parts = (_("Overdue"), overdue), (_("Due today"), today)
    return [line for title, some in parts for line in _part(title, [_line(task, now) for task in some])]


def _line(task: Task, now: datetime) -> str:
    assert task.due_on is not None
    words = f"{due_words(task.due_on, task.due_time, now)}: {task.what}"
    return f"{words} ({task.customer})" if task.customer else words


def _notices(user: User, now: datetime) -> list[str]:
    """What is unread and was in no mail yet; that tasks are due is said above."""
    new = Notice.objects.visible_to(user).filter(read_at=None, mailed_at=None).order_by("-at", "-pk")
    found = list(new)
    new.update(mailed_at=now)
    return _part(_("New"), [words_of(notice) for notice in found if notice.kind != DUE])


def _part(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    further = len(lines) - SHOWN
    more = (
        [ngettext("- and %(count)s more", "- and %(count)s more", further) % {"count": further}] if further > 0 else []
    )
    return ["", f"{title} ({len(lines)})", *(f"- {line}" for line in lines[:SHOWN]), *more]


def _where() -> list[str]:
    link = link_to("/tasks/")
    said = _("You get this mail because your profile asks for it.")
    return [*([link, ""] if link else []), said]
