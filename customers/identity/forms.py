"""Typing in a customer, and changing one."""

from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.common.days import today
from crm.common.saving import VersionedForm
from customers.identity.normalising import normalise_email
from customers.identity.phones import normalise_phone
from customers.identity.places import country_choices, language_choices
from customers.identity.survivorship import FIELDS
from customers.models import Customer


class CustomerForm(VersionedForm[Customer]):
    """The fields a person may set."""

    compared = FIELDS

    country = forms.ChoiceField(label=capfirst(_("country")), required=False)
    language = forms.ChoiceField(label=capfirst(_("language")), required=False)

    class Meta:
        model = Customer
        fields = (
            "name", "kind", "tax_id", "email", "phone", "address", "postcode", "city", "region", "country", "industry",
            "language", "birth_date",
        )  # fmt: skip
        widgets = {
            "birth_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "email": forms.EmailInput,
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(self.instance.country)  # type: ignore[attr-defined]
        self.fields["language"].choices = language_choices(self.instance.language)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An organization is not asked for a date of birth: one typed before it became one does not count."""
        cleaned = super().clean()
        if cleaned.get("kind") == Customer.Kind.ORGANIZATION and "birth_date" in cleaned:
            cleaned["birth_date"] = self.initial.get("birth_date")
        return cleaned

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self._is_new("email", email) and email and not normalise_email(email):
            raise forms.ValidationError(_("Enter an e-mail address like name@company.com."))
        return email

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if self._is_new("phone", phone) and phone and not normalise_phone(phone):
            raise forms.ValidationError(
                _("Enter a phone number; one from abroad starts with + and its country, like +44 20 7946 0000.")
            )
        return phone

    def clean_birth_date(self) -> date | None:
        day: date | None = self.cleaned_data["birth_date"]
        if self._is_new("birth_date", day) and day and day > today():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def _is_new(self, name: str, value: object) -> bool:
        """What a source gave stays as it is, odd as it may be; only what is typed in now is checked."""
        return value != self.initial.get(name)

    def fields_set(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}
