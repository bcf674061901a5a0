"""Making a task, changing it, putting it off."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from crm.common.days import company_zone
from crm.common.saving import VersionedForm
from customers.interactions.to_do.changing import EDITABLE
from customers.interactions.to_do.fields import WhenField, WhoseField
from customers.interactions.to_do.snoozing import CHOICES, until_choice, until_day
from customers.models import Task


class NewTaskForm(forms.Form):
    """A line, a moment, a person; the rest behind “more”."""

    what = forms.CharField(
        label=_("What"), max_length=300, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})
    )
    when = WhenField()
    whose = WhoseField()
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Task.Priority.choices, coerce=int,
        initial=Task.Priority.NORMAL, required=False,
    )  # fmt: skip
    repeat = forms.ChoiceField(label=_("Repeats"), choices=Task.Repeat.choices, required=False)
    notes = forms.CharField(
        label=_("Notes"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whose"].offer(user)  # type: ignore[attr-defined]

    @property
    def has_more(self) -> bool:
        """Whether something is said, or wrong, in what is folded away."""
        return any(self[name].errors or self.data.get(name) for name in ("notes", "repeat", "priority"))

    def said(self) -> dict[str, Any]:
        """As `add_task` takes it."""
        said = dict(self.cleaned_data)
        said["priority"] = said["priority"] or Task.Priority.NORMAL
        when, whose = said.pop("when"), said.pop("whose")
        return {**said, "due": when, "assignee": whose.assignee, "team": whose.team}


class TaskForm(VersionedForm[Task]):
    compared = EDITABLE

    class Meta:
        model = Task
        fields = EDITABLE
        labels = {"what": _("What")}
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "due_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = _still(User.objects.all(), self.instance.assignee_id)  # type: ignore[attr-defined]
        self.fields["team"].queryset = _still(Team.objects.all(), self.instance.team_id)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("due_on") and "due_on" not in self.errors:
            if cleaned.get("due_time"):
                self.add_error("due_on", _("A time needs a day."))
            elif cleaned.get("repeat"):
                self.add_error("due_on", _("Say from which day it repeats."))
        return cleaned


def _still(rows: Any, chosen: int | None) -> Any:
    """Those that are active, and the one that was chosen before."""
    return rows.filter(is_active=True) | rows.filter(pk=chosen)


class SnoozeForm(forms.Form):
    """One of the usual moments, a day, or nothing at all: no longer put off."""

    choice = forms.ChoiceField(choices=[("", ""), *CHOICES], required=False)
    day = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def until(self) -> datetime | None:
        """Raises OutOfReach."""
        zone = company_zone()
        if self.cleaned_data["day"]:
            return until_day(self.cleaned_data["day"], zone=zone)
        choice = self.cleaned_data["choice"]
        return until_choice(choice, now=timezone.now(), zone=zone) if choice else None
