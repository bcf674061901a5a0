"""The form of the company's row: refusals of zone and currency stand at the field."""

import zoneinfo
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.common.company.changing import FIELDS, refuse_currency_change, refuse_zone_change
from crm.common.company.models import Company
from crm.common.errors import DomainError
from crm.common.saving import VersionedForm


class CompanyForm(VersionedForm[Company]):
    time_zone = forms.ChoiceField(
        help_text=_("Another zone cuts all days anew, in the background: figures move until that has ended."),
    )
    currency = forms.CharField(
        max_length=3,
        help_text=_(
            "Three letters, as long as no amount is kept in it. Look at the minimums of tier policies and at credit "
            "limits afterwards: their numbers stay."
        ),
    )
    compared: ClassVar = FIELDS

    class Meta:
        model = Company
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = zoneinfo.available_timezones() | {self.instance.time_zone}
        self.fields["time_zone"].choices = [(zone, zone) for zone in sorted(zones)]  # type: ignore[attr-defined]
        for name in FIELDS:
            self.fields[name].label = capfirst(str(Company._meta.get_field(name).verbose_name))  # type: ignore[union-attr] # noqa: SLF001 - Meta is API
        self.stands = {name: getattr(self.instance, name) for name in FIELDS}

    def clean_time_zone(self) -> str:
        return self._allowed("time_zone", refuse_zone_change)

    def clean_currency(self) -> str:
        self.cleaned_data["currency"] = self.cleaned_data["currency"].upper()
        return self._allowed("currency", refuse_currency_change)

    def _allowed(self, name: str, refuse: Callable[[str], None]) -> str:
        value = str(self.cleaned_data[name])
        if value != self.stands[name]:
            try:
                refuse(value)
            except DomainError as error:
                raise forms.ValidationError(str(error)) from error
        return value
