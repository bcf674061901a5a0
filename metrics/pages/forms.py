"""Which part of a KPI's series to show."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from customers.models import Tier
from metrics.engine.scope import Scope
from metrics.goals.fields import channel_field, check_order, day_field

PERIODS = [("month", _("month")), ("week", _("week")), ("day", _("day"))]


def _id_field(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, required=False, coerce=int, empty_value=None, widget=forms.Select(attrs={"class": "form-select"})
    )


class SeriesForm(forms.Form):
    """Which part of a KPI's series to show. Teams and tiers are handed in, so that reading them costs no query each."""

    team = _id_field(_("Team"))
    channel = channel_field()
    tier = _id_field(_("Tier"))
    by = forms.ChoiceField(
        label=_("By"), required=False, choices=PERIODS, widget=forms.Select(attrs={"class": "form-select"})
    )
    first = day_field(_("From"), required=False)
    last = day_field(_("To"), required=False)

    def __init__(self, *args: Any, teams: Sequence[Team], tiers: Sequence[Tier], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, empty, rows in (("team", _("whole company"), teams), ("tier", _("all tiers"), tiers)):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [("", empty), *((row.pk, str(row)) for row in rows)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if check_order(self.errors, cleaned, "first", "last"):
            self.add_error("last", _("The last day lies before the first."))
        return cleaned

    def scope(self) -> Scope:
        """After `is_valid`; what could not be read counts as not given."""
        cleaned = self.cleaned_data
        return Scope(team_id=cleaned.get("team"), channel=cleaned.get("channel") or "", tier_id=cleaned.get("tier"))
