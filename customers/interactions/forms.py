"""Logging a contact."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.common.kinds import Channel
from customers.interactions.purposes import Offered
from customers.models import Interaction


class InteractionForm(forms.Form):
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, widget=forms.RadioSelect)
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Interaction.Direction.choices, widget=forms.RadioSelect, initial="in"
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "purposes", "autofocus": True, "autocomplete": "off"}),
    )
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    notes = forms.CharField(
        label=_("Notes"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    occurred_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Empty means now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, words: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.purposes = words.purposes
        self.fields["outcome"].choices = [("", "–"), *words.outcomes]  # type: ignore[attr-defined]

    def clean_purpose(self) -> str:
        return self.words.key_of(self.cleaned_data["purpose"])
