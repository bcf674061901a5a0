"""Logging a contact, in the order in which one speaks of it; and saying better what was logged."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm.common.kinds import Channel
from crm.common.saving import VersionedForm
from customers.interactions.correcting import EDITABLE
from customers.interactions.purposes import Offered
from customers.interactions.recording import FollowUp
from customers.interactions.to_do.fields import WhenField, WhoseField
from customers.models import Contact, Customer, Interaction

LOGGED = [(value, label) for value, label in Channel.choices if value != Channel.SELF_SERVICE]
"""What staff log; nobody but the customer takes part in self-service."""
LONGEST_MINUTES = 24 * 60


class PurposeField(forms.CharField):
    """A word that administrators keep, by any of its names, or one's own."""

    words: Offered

    def __init__(self) -> None:
        attributes = {"list": "purposes", "autofocus": True, "autocomplete": "off"}
        super().__init__(label=_("Purpose"), max_length=60, widget=forms.TextInput(attrs=attributes))

    def prepare_value(self, value: Any) -> Any:
        return self.words.name_of(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        return self.words.key_of(super().clean(value))


class MinutesField(forms.DecimalField):
    """Seconds, written as minutes."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Minutes"), required=False, min_value=0, max_value=LONGEST_MINUTES, decimal_places=1, localize=True,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 4}),
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return f"{value / 60:.1f}".removesuffix(".0") if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        minutes = super().clean(value)
        return None if minutes is None else round(minutes * 60)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "")


class SolvedField(forms.TypedChoiceField):
    """Yes, no, or what the outcome says."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Solved"), required=False, coerce=lambda said: said == "True", empty_value=None,
            choices=[("", _("as the outcome says")), ("True", _("yes")), ("False", _("no"))],
        )  # fmt: skip


def _offer(form: forms.Form | forms.ModelForm[Any], words: Offered, people: QuerySet[Contact]) -> list[Contact]:
    """Purposes, outcomes and people to choose from; who these are, one query."""
    found = list(people.order_by("-is_primary", "name", "pk"))
    form.fields["purpose"].words = words  # type: ignore[attr-defined]
    form.fields["outcome"].choices = [("", "–"), *words.outcomes]  # type: ignore[attr-defined]
    form.fields["contact"].queryset = people  # type: ignore[attr-defined]
    form.fields["contact"].choices = [("", "–"), *((one.pk, str(one)) for one in found)]  # type: ignore[attr-defined]
    return found


class InteractionForm(forms.Form):
    channel = forms.ChoiceField(label=_("Channel"), choices=LOGGED)
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Interaction.Direction.choices, widget=forms.RadioSelect, initial="in"
    )
    contact = forms.ModelChoiceField(label=_("With"), required=False, queryset=Contact.objects.none(), empty_label="–")
    purpose = PurposeField()
    notes = forms.CharField(
        label=_("Notes"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    is_solved = SolvedField()
    duration_s = MinutesField()
    follow_what = forms.CharField(
        label=_("Follow-up"), max_length=300, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    follow_when = WhenField(label=_("By when"))
    follow_whose = WhoseField()
    occurred_at = forms.DateTimeField(
        label=_("When"), required=False, help_text=_("Empty means now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, words: Offered, customer: Customer, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.people = _offer(self, words, Contact.objects.filter(customer=customer))
        self.fields["follow_whose"].offer(user)  # type: ignore[attr-defined]

    @property
    def solving(self) -> str:
        return " ".join(self.words.solving)

    @property
    def was_earlier(self) -> bool:
        """Whether something is said of when it was."""
        return bool(self.errors.get("occurred_at") or self.data.get("occurred_at"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        _require_an_end(self, cleaned, "notes")
        return cleaned

    def said(self) -> dict[str, Any]:
        """As `log_interaction` takes it; a follow-up, where what or when is said."""
        said = dict(self.cleaned_data)
        what, due, whose = said.pop("follow_what"), said.pop("follow_when"), said.pop("follow_whose")
        if what.strip() or due.on:
            said["follow_up"] = FollowUp(what=what, due=due, assignee=whose.assignee, team=whose.team)
        return said


class CorrectionForm(VersionedForm[Interaction]):
    """What was logged, for those who may correct it."""

    compared = EDITABLE

    purpose = PurposeField()
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    is_solved = SolvedField()
    duration_s = MinutesField()

    class Meta:
        model = Interaction
        fields = EDITABLE
        labels = {"contact": _("With")}
        widgets = {
            "body": forms.Textarea(attrs={"rows": 5}),
            "occurred_at": forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S"),
        }

    def __init__(self, *args: Any, words: Offered, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        still = Q(customer=customer, removed_at=None) | Q(pk=self.instance.contact_id or 0)
        _offer(self, words, Contact.everyone.filter(still))
        kept = self.instance.outcome
        if kept and kept not in dict(words.outcomes):
            self.fields["outcome"].choices.append((kept, kept))  # type: ignore[attr-defined]

    @property
    def solving(self) -> str:
        return " ".join(self.words.solving)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        _require_an_end(self, cleaned, "body")
        for name in ("duration_s", "occurred_at"):  # the page shows them less exactly than they are kept
            if name not in self.changed_data:
                cleaned[name] = getattr(self.instance, name)
        return cleaned


def _require_an_end(form: forms.BaseForm, cleaned: dict[str, Any], notes: str) -> None:
    if not cleaned.get("outcome") and not (cleaned.get(notes) or "").strip() and notes not in form.errors:
        form.add_error("outcome", _("Say how it ended, or note what was said."))
