"""Tasks as a list. Its buttons send the form around it, and without script they do the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, note, together, url_of
from crm.common.lists.options import Asking
from crm.common.lists.pages import ListPage, View
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago
from crm.common.templatetags.look import icon, status_badge
from customers.interactions.to_do.list_filters import TASK_FIELDS
from customers.interactions.to_do.listing import DONE, OPEN, SNOOZED, URGENCY
from customers.interactions.to_do.words import due_words, whose
from customers.models import Task
from customers.registry.bulk import actions_for


@dataclass(frozen=True, kw_only=True)
class Reading:
    """When, and whether the reader may do something about them."""

    now: datetime
    may_change: bool = False


def _reading(asking: Asking) -> Reading:
    return Reading(now=timezone.now(), may_change=asking.user.has_perm("customers.change_task"))


def _columns(about: Reading) -> tuple[Column[Task], ...]:
    now = about.now
    shown: tuple[Column[Task], ...] = (
        Column(key="what", title=_("What"), cell=_what, whole=lambda task: task.what, share=38),
        Column(
            key="due", title=_("Due"), cell=lambda task: _due(task, now), sort="due", order_by="due_at", share=26,
            narrow=31,
        ),
        Column(
            key="customer", title=_("Customer"), cell=_customer, whole=lambda task: task.customer or "", share=22
        ),
        Column(key="whose", title=_("Whose"), cell=whose, shown="wide", share=15),
        Column(key="team", title=_("Team"), cell=lambda task: task.team or "", share=14, chosen=False),
        Column(
            key="priority", title=_("Priority"), cell=lambda task: task.get_priority_display(), share=10, chosen=False
        ),
        Column(
            key="repeat", title=_("Repeats"), share=14, chosen=False,
            cell=lambda task: task.get_repeat_display() if task.repeat else "",
        ),
        Column(key="by", title=_("Made by"), cell=lambda task: task.created_by or "", share=14, chosen=False),
        Column(key="made", title=_("Made on"), cell=lambda task: ago(task.created_at), share=12, chosen=False),
        Column(
            key="done", title=_("Done on"), cell=lambda task: ago(task.done_at) if task.done_at else "",
            sort="done", order_by="done_at", share=12, chosen=False,
        ),
    )  # fmt: skip
    actions = Column[Task](
        key="actions", title=_("Actions"), cell=_actions, spoken=True, align="end", share=24, narrow=18, stays=True
    )
    return (*shown, actions) if about.may_change else shown


def _what(task: Task) -> SafeString:
    """Its marks stand first, so that they are seen where a long text is cut."""
    high = task.priority == Task.Priority.HIGH and task.done_at is None
    return together(
        status_badge(gettext("high"), "orange", "flag") if high else "",
        icon("repeat", task.get_repeat_display()) if task.repeat else "",
        icon("note", gettext("with notes")) if task.notes else "",
        link(url_of("customers:task", task.pk), task.what),
    )


def _due(task: Task, now: datetime) -> object:
    if task.done_at is not None:
        return together(gettext("done"), ago(task.done_at))
    if task.due_on is None:
        return None
    words = due_words(task.due_on, task.due_time, now)
    late = task.due_at is not None and task.due_at <= now
    put_off = task.snoozed_until is not None and task.snoozed_until > now
    return together(
        status_badge(gettext("overdue"), "red", "alert-circle") if late else "",
        words,
        note(together(gettext("put off:"), ago(task.snoozed_until))) if put_off else "",
    )


def _customer(task: Task) -> SafeString | None:
    return link(url_of("customers:detail", task.customer_id), task.customer) if task.customer_id else None


def _actions(task: Task) -> SafeString:
    """What a row offers, by what is true of it; `d`, `z` and `u` press these (static/js/tasks.js)."""
    if task.done_at is not None:
        return _button("task_reopen", task, "arrow-back-up", gettext("Reopen"), "reopen")
    take = _button("task_take", task, "hand-grab", gettext("Take"), "take") if task.assignee_id is None else ""
    done = _button("task_done", task, "check", gettext("Done"), "done")
    return together(take, _snooze(task), done)


def _button(url_name: str, task: Task, symbol: str, words: str, action: str) -> SafeString:
    url = url_of(f"customers:{url_name}", task.pk)
    return format_html(
        '<button class="btn btn-sm" formaction="{}" hx-post="{}" hx-swap="none" data-task="{}" title="{}"'
        ' aria-label="{}: {}">{} <span>{}</span></button>',
        url, url, action, words, words, task.what, icon(symbol), words,
    )  # fmt: skip


def _snooze(task: Task) -> SafeString:
    url = url_of("customers:task_snooze", task.pk)
    words = gettext("Put off")
    return format_html(
        '<a class="btn btn-sm btn-icon" href="{}" hx-get="{}" hx-target="#dialog-body" data-task="snooze" title="{}"'
        ' aria-label="{}: {}">{}</a>',
        url, url, words, words, task.what, icon("clock-pause"),
    )  # fmt: skip


def _attributes(task: Task) -> Mapping[str, str]:
    return {"data-row": str(task.pk)}


TASKS = Table[Task, Reading](
    key="to_do.tasks",
    caption=_("Tasks"),
    columns=_columns,
    attributes=_attributes,
    cut=True,
    row_id=lambda task: task.pk,
    empty=Empty(title=_("Nothing to do"), text=_("The key t makes a task from any page."), icon="checkbox"),
)


def _is(field: str, *value: str) -> dict[str, object]:
    return {"field": field, "op": "is", "value": [*value]}


OPEN_ONES, MINE = _is("state", OPEN), _is("whose", "me")
TASK_LIST = ListPage(
    table=TASKS,
    url_name="customers:tasks",
    permission="customers.view_task",
    fields=TASK_FIELDS,
    sort=URGENCY,
    orders={URGENCY: _("Most urgent first")},
    about=_reading,
    usual="mine",
    bulk_url_name="customers:task_bulk",
    actions=partial(actions_for, of="tasks"),
    views=(
        View(key="all", name=_("All tasks"), sort="due"),
        View(key="mine", name=_("Mine"), conditions={"all": [MINE, OPEN_ONES]}),
        View(
            key="team",
            name=_("My team's, nobody's yet"),
            conditions={"all": [{"field": "whose", "op": "empty", "value": ""}, _is("team", "mine"), OPEN_ONES]},
        ),
        View(
            key="made",
            name=_("Made for others"),
            conditions={"all": [_is("by", "me"), {"field": "whose", "op": "is_not", "value": ["me"]}, OPEN_ONES]},
        ),
        View(key="open", name=_("To do"), conditions={"all": [OPEN_ONES]}, sort="due"),
        View(key="snoozed", name=_("Put off"), conditions={"all": [MINE, _is("state", SNOOZED)]}, sort="due"),
        View(key="done", name=_("Done"), conditions={"all": [MINE, _is("state", DONE)]}, sort="-done"),
    ),
)
NO_TASK_FITS = Empty(
    title=_("No task fits"),
    text=_("None fits the filters. Try fewer of them."),
    icon="checkbox",
    action=_("Clear filters"),
    action_url="?view=all",
)
