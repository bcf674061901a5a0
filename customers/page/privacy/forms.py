"""What is asked before a person is erased."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import PrivacyRequest


class ErasureForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=PrivacyRequest.Reason.choices)
    reference = forms.CharField(
        label=_("File number"),
        required=False,
        max_length=40,
        help_text=_("Of the letter or the case, to find it again. It stays, so it may not name the person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConfirmForm(forms.Form):
    number = forms.CharField(
        label=_("Number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].help_text = _("Type %(number)d to confirm.") % {"number": number}
