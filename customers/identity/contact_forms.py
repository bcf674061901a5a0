"""Typing in a person at a customer, and changing one."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from crm.common.saving import VersionedForm
from customers.identity.contacts import COMPARED, FIELDS
from customers.identity.normalising import normalise_email
from customers.identity.phones import normalise_phone
from customers.models import Contact


class ContactForm(VersionedForm[Contact]):
    compared = COMPARED

    class Meta:
        model = Contact
        fields = ("name", "job_title", "phone", "email", "is_primary")
        widgets = {
            "name": forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        }

    def clean_email(self) -> str:
        return self._checked("email", normalise_email, _("Enter an e-mail address like name@company.com."))

    def clean_phone(self) -> str:
        words = _("Enter a phone number; one from abroad starts with + and its country, like +44 20 7946 0000.")
        return self._checked("phone", normalise_phone, words)

    def _checked(self, name: str, normalise: Callable[[str], str], words: str) -> str:
        """What a file gave stays as it is, odd as it may be; only what is typed in now is checked."""
        value: str = self.cleaned_data[name]
        if value and value != self.initial.get(name) and not normalise(value):
            raise forms.ValidationError(words)
        return value

    def fields_set(self) -> dict[str, Any]:
        """As the verbs take them."""
        texts = {name: self.cleaned_data[name] for name in FIELDS}
        return {"fields": texts, "is_primary": self.cleaned_data["is_primary"]}

    def reached_anew(self) -> dict[str, str]:
        """The phone and the e-mail, where they are not what they were."""
        return {name: self.cleaned_data[name] if name in self.changed_data else "" for name in ("phone", "email")}
