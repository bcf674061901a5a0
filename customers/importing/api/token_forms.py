"""A new token: of which source, for what."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.importing.api import scopes
from customers.models import SourceSystem


class TokenForm(forms.Form):
    source = forms.CharField(
        label=_("Source"),
        max_length=100,
        help_text=_("The system that will send its records; a new name makes a new source."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    may = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[("read", _("read its records")), ("write", _("send its records"))],
        initial=["read", "write"],
        widget=forms.CheckboxSelectMultiple,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds"),
        required=False,
        help_text=_("None chosen: all there are, and those that come."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(spec.kind, capfirst(str(spec.label))) for spec in scopes.offered()]  # type: ignore[attr-defined]
        self.sources = list(SourceSystem.objects.values_list("name", flat=True))

    def scope(self) -> str:
        """As `scopes` has it."""
        verbs, kinds = self.cleaned_data["may"], self.cleaned_data["kinds"]
        return " ".join(f"{verb}:{kind}" for verb in verbs for kind in kinds) if kinds else " ".join(verbs)
