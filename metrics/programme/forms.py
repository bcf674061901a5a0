"""Costs and benefits."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.common.company.current import company
from crm.common.saving import VersionedForm
from metrics.goals.fields import day_field, kpi_choices, offer_own_team, team_field
from metrics.models import Benefit, CostEntry

YEARS = 5
YEAR = _("Amount in year {year}")
CENT = Decimal("0.01")


class AmountField(forms.DecimalField):
    """Money to the four decimals that are stored, shown with the two that people write unless it has more."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.NumberInput(attrs={"step": "any"})
        super().__init__(required=False, max_digits=18, decimal_places=4, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value  # as it was typed
        shortest = value.normalize()
        return shortest if _decimals(shortest) > 2 else value.quantize(CENT)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


class CostForm(VersionedForm[CostEntry]):
    date = day_field(_("Date"))
    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=_("Currency"),
        error_messages={"invalid": _("Three capital letters, such as EUR.")},
        help_text=_("Converted at the rate of the day."),
    )
    planned = AmountField(label=_("Planned"))
    actual = AmountField(label=_("Actual"))

    class Meta:
        model = CostEntry
        fields = ("date", "category", "phase", "currency", "planned", "actual", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("currency", company().currency)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and cleaned.get("planned") is None and cleaned.get("actual") is None:
            self.add_error("planned", _("Give a planned amount, an actual amount, or both."))
        return cleaned


class BenefitForm(VersionedForm[Benefit]):
    """By KPI (change × value of a unit × volume × share) or by amounts a year; one of the two."""

    kpi = forms.ChoiceField(
        label=_("KPI"), required=False, choices=lambda: [("", _("none: amounts by year")), *kpi_choices()]
    )
    team = team_field()
    share_percent = forms.DecimalField(
        label=_("Share due to the CRM (%)"), min_value=0, max_value=100, max_digits=5, decimal_places=2, initial=100
    )
    year_1 = AmountField(label=format_lazy(YEAR, year=1))
    year_2 = AmountField(label=format_lazy(YEAR, year=2))
    year_3 = AmountField(label=format_lazy(YEAR, year=3))
    year_4 = AmountField(label=format_lazy(YEAR, year=4))
    year_5 = AmountField(label=format_lazy(YEAR, year=5))

    class Meta:
        model = Benefit
        fields = ("name", "hardness", "kpi", "team", "unit_value", "yearly_volume", "evidence")
        widgets = {"evidence": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "hardness": _("Hard: money that shows in the books. Soft: worth something, though no budget shrinks."),
            "unit_value": _("What one unit of the KPI (a second, a percentage point) is worth for one thing counted."),
            "yearly_volume": _("Things counted in a year; empty: as many as the KPI counts."),
            "evidence": _("Where the figures come from, and what is assumed."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_own_team(self.fields["team"], self.instance.team_id)
        if self.instance.pk:
            self.fields["share_percent"].initial = (self.instance.share * 100).quantize(CENT)
        amounts = {int(one["year"]): one["amount"] for one in self.instance.amounts}
        for year in range(1, YEARS + 1):
            self.fields[f"year_{year}"].initial = amounts.get(year)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        amounts = self._amounts(cleaned)
        if cleaned.get("kpi"):
            self._check_by_kpi(cleaned, amounts)
        elif not amounts:
            self.add_error("kpi", _("Choose a KPI, or enter amounts by year below."))
        elif cleaned.get("unit_value") is not None:
            self.add_error("unit_value", _("The value of a unit needs a KPI."))
        self.instance.amounts = amounts
        self.instance.share = cleaned["share_percent"] / Decimal(100)
        return cleaned

    def _check_by_kpi(self, cleaned: dict[str, Any], amounts: list[dict[str, object]]) -> None:
        if cleaned.get("unit_value") is None:
            self.add_error("unit_value", _("What is one unit of this KPI worth?"))
        if amounts:
            self.add_error("year_1", _("Amounts by year are for benefits without a KPI."))

    @staticmethod
    def _amounts(cleaned: dict[str, Any]) -> list[dict[str, object]]:
        given = [(year, cleaned.get(f"year_{year}")) for year in range(1, YEARS + 1)]
        return [{"year": year, "amount": str(amount)} for year, amount in given if amount is not None]
