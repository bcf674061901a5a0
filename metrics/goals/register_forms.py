"""Go-live dates and what else changed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.common.saving import VersionedForm
from metrics.goals.fields import (
    channel_field,
    check_order,
    day_field,
    kpi_choices,
    offer_own_team,
    team_field,
    tier_field,
)
from metrics.models import OtherChange, Rollout


class RolloutForm(VersionedForm[Rollout]):
    went_live_on = day_field(_("Went live on"), help_text=_("The first day the team worked with the CRM."))
    phase = forms.IntegerField(
        label=_("Phase"),
        min_value=1,
        max_value=99,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    class Meta:
        model = Rollout
        fields = ("went_live_on", "phase")


class OtherChangeForm(VersionedForm[OtherChange]):
    happened_from = day_field(_("From"))
    happened_to = day_field(_("To"), required=False, help_text=_("Empty: it still lasts."))
    kpis = forms.MultipleChoiceField(
        label=_("KPIs it touches"),
        required=False,
        choices=kpi_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all of them."),
    )
    team = team_field()
    channel = channel_field()
    tier = tier_field()

    class Meta:
        model = OtherChange
        fields = ("what", "happened_from", "happened_to", "team", "channel", "tier", "kpis", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_own_team(self.fields["team"], self.instance.team_id)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if check_order(self.errors, cleaned, "happened_from", "happened_to"):
            self.add_error("happened_to", _("The last day lies before the first."))
        return cleaned
