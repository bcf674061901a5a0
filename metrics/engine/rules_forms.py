"""The form of the KPI rules: those in force, to be changed into the next version."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.common.saving import VersionedForm
from crm.common.versions import version
from metrics.engine.changing_rules import IDENTITY
from metrics.engine.rules import RULES, USUAL
from metrics.models import KpiRules


class KpiRulesForm(VersionedForm[KpiRules]):
    """Starts from the rules in force; saved, it is a row of its own. `values`: rule → what was typed."""

    reason = forms.CharField(label=_("Reason"), help_text=_("Why from now on: it stays beside the figures."))

    class Meta:
        model = KpiRules
        fields = (*KpiRules.RULES, "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = KpiRules.objects.order_by("-id").first()
        self.standing = version(current, IDENTITY)
        self.in_force = current.values if current else dict(USUAL)
        self.fields["seen"].initial = self.standing
        for rule in RULES:
            field = forms.IntegerField(label=str(rule.label), min_value=rule.smallest, max_value=rule.largest)
            field.help_text = _("%(unit)s, from %(smallest)d to %(largest)d") % {
                "unit": rule.unit, "smallest": rule.smallest, "largest": rule.largest,
            }  # fmt: skip
            field.initial = self.in_force[rule.key]
            self.fields[rule.key] = field
            self.initial.pop(rule.key, None)

    @property
    def values(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in KpiRules.RULES}
