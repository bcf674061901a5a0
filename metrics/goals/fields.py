"""Fields that several forms share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.kinds import Channel
from customers.models import Tier
from metrics.engine.scope import Scope
from metrics.kpis.catalogue import CATALOGUE

FIRST_YEAR, LAST_YEAR = 1970, 2199


def day_input() -> forms.DateInput:
    """The browser's own date picker; it wants ISO dates whatever the language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day in years that can be reckoned around: a slip such as 0026 is refused."""
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=day_input(), validators=[check_year]
    )


def check_year(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise forms.ValidationError(
            _("The year lies between %(first)d and %(last)d."), params={"first": FIRST_YEAR, "last": LAST_YEAR}
        )


def team_field() -> forms.ModelChoiceField[Team]:
    return forms.ModelChoiceField(
        Team.objects.filter(is_active=True),
        label=_("Team"),
        required=False,
        empty_label=_("whole company"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def offer_own_team(field: forms.Field, team_id: int | None) -> None:
    """A team that is closed is offered no more, but what already speaks of it can be saved again."""
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = Team.objects.filter(Q(is_active=True) | Q(pk=team_id))


def tier_field() -> forms.ModelChoiceField[Tier]:
    return forms.ModelChoiceField(
        Tier.objects.all(),
        label=_("Tier"),
        required=False,
        empty_label=_("all tiers"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def channel_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Channel"),
        required=False,
        choices=[("", _("all channels")), *Channel.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def check_order(errors: ErrorDict | None, cleaned: dict[str, Any], first: str, last: str) -> bool:
    """Whether both days are there and the last lies before the first."""
    one, two = cleaned.get(first), cleaned.get(last)
    return not errors and one is not None and two is not None and two < one


def kpi_choices() -> list[tuple[str, str]]:
    """Every KPI of the catalogue by its name."""
    return [(key, str(kpi.name)) for key, kpi in CATALOGUE.items()]


def scope_of(cleaned: Mapping[str, Any]) -> Scope:
    """Of the cleaned data of a form with team, channel and tier."""
    team, tier = cleaned["team"], cleaned["tier"]
    return Scope(team_id=team.pk if team else None, channel=cleaned["channel"], tier_id=tier.pk if tier else None)
