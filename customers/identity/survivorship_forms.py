"""Which rule a field goes by, and which sources come first for it."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.saving import VersionedForm
from customers.identity.ordering import RANKED, TYPED, Rule
from customers.identity.survivorship_rules import COMPARED, can_go_by
from customers.models import SourceSystem, SurvivorshipRule

LEAST_PLACES: Final = 3


class SurvivorshipForm(VersionedForm[SurvivorshipRule]):
    """`place_0` …: the sources that come first, one a field; what they are is `systems`."""

    compared = COMPARED

    class Meta:
        model = SurvivorshipRule
        fields = ("rule",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [choice for choice in SurvivorshipRule.Rule.choices if can_go_by(self.instance.field, choice[0])]
        self.fields["rule"] = forms.ChoiceField(label=_("Which value is shown"), choices=choices)
        self.fields["rule"].help_text = _(
            "What a person typed in is shown whatever the rule, until it is released. Where a rule finds several, the "
            "most trusted source of them is shown. Newest: what a source changed last, as far as it was seen here."
        )
        systems = list(SourceSystem.objects.exclude(key=TYPED))
        sources = [("", gettext("as trusted")), *((str(system.pk), str(system)) for system in systems)]
        chosen: list[int] = self.instance.systems
        self.places = min(len(systems), max(LEAST_PLACES, len(chosen) + 1))
        for place in range(self.places):
            self.fields[f"place_{place}"] = forms.TypedChoiceField(
                label=gettext("Source %(place)d") % {"place": place + 1}, required=False, choices=sources,
                coerce=int, empty_value=None, initial=chosen[place] if place < len(chosen) else None,
            )  # fmt: skip
        if self.places:
            last = self.fields[f"place_{self.places - 1}"]
            last.help_text = _("For “most trusted source” alone: these come first, in this order, then the others.")

    @property
    def systems(self) -> list[int]:
        chosen = [self.cleaned_data[f"place_{place}"] for place in range(self.places)]
        return list(dict.fromkeys(system for system in chosen if system))

    @property
    def chosen(self) -> dict[str, str | int]:
        """As the form sends it."""
        order = {f"place_{place}": pk for place, pk in enumerate(self.systems)}
        return {"rule": self.cleaned_data["rule"], **order}

    @property
    def asked(self) -> Rule:
        rule = self.cleaned_data["rule"]
        return Rule(rule, tuple(self.systems) if rule == RANKED else ())
