"""What each bulk action of tasks has to know, and the actions themselves."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.access import Reader
from crm.common.days import company_zone, today
from crm.common.lists import exporting
from crm.common.lists.exporting import ExportColumn
from crm.common.lists.state import State
from customers.interactions.to_do import bulk
from customers.interactions.to_do.due import OutOfReach
from customers.interactions.to_do.exporting import EXPORT
from customers.interactions.to_do.listing import URGENCY, by_urgency
from customers.interactions.to_do.snoozing import until_day
from customers.interactions.to_do.tables import TASK_LIST
from customers.models import Task
from customers.registry.bulk import ALL, Action, ParametersForm, Subject, Words, file_in_words
from customers.registry.bulk_forms import AssignForm, ExportForm


class DoneForm(ParametersForm):
    """Nothing but that it is meant."""


class WhoseForm(AssignForm):
    name = "assignee"
    label = _("Whose")
    missing = _("Choose a person, a team, or both.")


class PutOffForm(ParametersForm):
    """The start of work of a day to come."""

    day = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = today() + timedelta(days=1)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        try:
            self.until = until_day(day, zone=company_zone())
        except OutOfReach as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if self.until <= timezone.now():
            raise forms.ValidationError(_("Choose a day to come."))
        return day

    def parameters(self) -> dict[str, Any]:
        return {"until": self.until.isoformat()}


class PriorityForm(ParametersForm):
    priority = forms.TypedChoiceField(label=_("Priority"), choices=Task.Priority.choices, coerce=int)


class TaskExportForm(ExportForm):
    of = "tasks"


def _meant(state: State, reader: Reader) -> QuerySet[Any]:
    return state.narrow(Task.objects.visible_to(reader))


def _rows(found: QuerySet[Any], columns: Sequence[ExportColumn], order: str) -> Iterator[tuple[Any, ...]]:
    tasks = by_urgency(found, now=timezone.now()) if order == URGENCY else found  # type: ignore[arg-type] # tasks
    return exporting.rows(tasks, columns, order=order or "due_at")


SUBJECT: Final = Subject(
    key="tasks",
    page=TASK_LIST,
    column="task_id",
    visible=Task.objects.visible_to,
    meant=_meant,
    export=EXPORT,
    rows=_rows,
    sort="due",
    events=Task.pgh_event_model,  # type: ignore[attr-defined] # made by `tracked`
    first=10,  # each by the verb of one
    words=Words(
        many=lambda count: ngettext("%(count)s task", "%(count)s tasks", count),
        changed=lambda count: ngettext("%(count)s task was changed.", "%(count)s tasks were changed.", count),
        in_file=lambda count: ngettext("%(count)s task is in the file.", "%(count)s tasks are in the file.", count),
        as_before=lambda count: ngettext("%(count)s task is as before.", "%(count)s tasks are as before.", count),
        none=_("No task is selected."),
        nobody=_("No task is selected"),
        pick=_("Pick tasks in the list, or narrow it to those you mean."),
    ),
)
MAY_CHANGE: Final = "customers.change_task"
ACTIONS: Final = (
    Action(
        key="task_done", of="tasks", label=_("Mark as done"), icon="check", permission=MAY_CHANGE, form=DoneForm,
        words=lambda _parameters: "", apply=bulk.complete, undo=bulk.take_back_done, guarded=ALL,
    ),
    Action(
        key="task_assign", of="tasks", label=_("Assign"), icon="user-check", permission=MAY_CHANGE, form=WhoseForm,
        words=bulk.whose_in_words, apply=bulk.assign, undo=bulk.take_back_assigned, guarded=ALL,
    ),
    Action(
        key="task_put_off", of="tasks", label=_("Put off"), icon="clock-pause", permission=MAY_CHANGE,
        form=PutOffForm, words=bulk.until_in_words, apply=bulk.put_off, undo=bulk.take_back_put_off, guarded=ALL,
    ),
    Action(
        key="task_priority", of="tasks", label=_("Set the priority"), icon="flag", permission=MAY_CHANGE,
        form=PriorityForm, words=bulk.priority_in_words, apply=bulk.prioritise, undo=bulk.take_back_priority,
        guarded=ALL,
    ),
    Action(
        key="task_export", of="tasks", label=_("Export"), icon="download", permission="customers.export_customer",
        form=TaskExportForm, words=file_in_words, is_file=True,
    ),
)  # fmt: skip
