"""Scopes, baselines, targets."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm.common.company.current import company
from metrics.engine.base import Kpi
from metrics.engine.scope import Scope
from metrics.goals.fields import channel_field, check_order, day_field, scope_of, team_field, tier_field
from metrics.kpis.words import is_percent


def unit_words(kpi: Kpi) -> Any:
    """The unit in which people say a figure of the KPI."""
    if is_percent(kpi):
        return "%"
    return {"seconds": _("seconds"), "score": _("points"), "money": company().currency}.get(kpi.unit, "")


class ScopeForm(forms.Form):
    """A part of the company."""

    team = team_field()
    channel = channel_field()
    tier = tier_field()

    def scope(self) -> Scope:
        """What could not be read counts as not given."""
        self.is_valid()
        return scope_of({"team": None, "channel": "", "tier": None} | self.cleaned_data)


class BaselineForm(forms.Form):
    """Window and scope of a baseline; `sign` only counts when it is frozen, not when it is previewed."""

    go_live_on = day_field(_("Go-live"), help_text=_("The first day of work with the CRM in this scope."))
    window_from = day_field(_("Window from"))
    window_to = day_field(_("Window to"), help_text=_("At the latest the day before go-live."))
    team = team_field()
    channel = channel_field()
    tier = tier_field()
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why this window: what a reader should know in three years."),
    )
    sign = forms.BooleanField(
        label=_("I sign this baseline. It can never be changed or deleted."),
        error_messages={"required": _("A baseline needs your signature.")},
    )

    def __init__(self, *args: Any, preview: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if preview:
            self.fields["sign"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if check_order(None, cleaned, "window_from", "window_to"):
            self.add_error("window_to", _("The window ends before it begins."))
        go_live, last = cleaned.get("go_live_on"), cleaned.get("window_to")
        if go_live and last and last >= go_live:
            self.add_error("window_to", _("A baseline ends before go-live: at the latest the day before."))
        return cleaned


class TargetForm(forms.Form):
    """A number in the unit people say it in: a share is typed in per cent."""

    value = forms.DecimalField(label=_("Target"), max_digits=20, decimal_places=4)
    due_on = day_field(_("Due"))
    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Owner"), help_text=_("Who answers for it.")
    )
    team = team_field()
    channel = channel_field()
    tier = tier_field()

    def __init__(self, *args: Any, kpi: Kpi, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kpi, self.today = kpi, today
        unit = unit_words(kpi)
        if unit:
            self.fields["value"].label = _("Target (%(unit)s)") % {"unit": unit}

    def clean_value(self) -> Decimal:
        value: Decimal = self.cleaned_data["value"]
        if not is_percent(self.kpi):
            return value
        if self.kpi.unit == "share" and not 0 <= value <= 100:
            raise forms.ValidationError(_("A share lies between 0 and 100 %."))
        return value / 100

    def clean_due_on(self) -> date:
        due: date = self.cleaned_data["due_on"]
        if due <= self.today:
            raise forms.ValidationError(_("A target is due in the future."))
        return due
