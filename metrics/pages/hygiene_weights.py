"""What the fields weigh in the hygiene, what for, and what other weights would make of the score."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import Reader
from crm.common.templatetags.figures import number, percent
from customers.identity.hygiene.counting import Counts
from customers.identity.hygiene.fields import DIMENSIONS, FIELDS
from customers.page.hygiene_use import Use
from metrics.engine.rules import RULES, USUAL, Values
from metrics.engine.rules_forms import KpiRulesForm
from metrics.models import Baseline
from metrics.pages.hygiene_page import part

WEIGHTS: Final = tuple(
    rule.key for rule in RULES if rule.key.startswith("hygiene_") and rule.key != "hygiene_fresh_months"
)
OF_HYGIENE: Final = (*WEIGHTS, "hygiene_fresh_months")
_WHOLE: Final[Mapping[str, str | Promise]] = {
    "hygiene_unique": gettext_lazy("every figure by customer counts one who stands there twice as two"),
    "hygiene_fresh": gettext_lazy("what nobody has confirmed for long may be anything"),
}


class WeightsForm(KpiRulesForm):
    """The weights alone; what else the rules say stays. To preview takes no reason."""

    class Meta(KpiRulesForm.Meta):
        fields = (*OF_HYGIENE, "reason")

    def __init__(self, *args: Any, proposed: Values | None = None, is_preview: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in RULES:
            if rule.key not in OF_HYGIENE:
                del self.fields[rule.key]
        for key in WEIGHTS:
            self.fields[key].widget.attrs["class"] = "form-control form-control-sm"
        for key, value in (proposed or {}).items():
            self.fields[key].initial = value
        self.fields["reason"].required = not is_preview

    @property
    def values(self) -> dict[str, int]:
        return {**self.in_force, **{name: self.cleaned_data[name] for name in OF_HYGIENE}}


@dataclass(frozen=True, kw_only=True)
class WeightLine:
    """A weight in the form: what the field is used for, and what that comes to."""

    label: str
    used: str
    proposed: int
    field: BoundField


@dataclass(frozen=True, kw_only=True)
class Change:
    """A figure by the weights in force, and by others."""

    label: str
    now: Decimal | None
    then: Decimal | None

    @property
    def by(self) -> Decimal | None:
        return None if self.now is None or self.then is None else self.then - self.now


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`baselines`: that are frozen by the weights in force, and would not compare any more."""

    changes: list[Change]
    baselines: int


def proposed(uses: Mapping[str, Use]) -> dict[str, int]:
    """A weight → what the use comes to; of the customer as a whole, what the product sets out with."""
    return {key: uses[of].points if (of := key.removeprefix("hygiene_")) in uses else USUAL[key] for key in WEIGHTS}


def weight_lines(form: WeightsForm, uses: Mapping[str, Use]) -> list[WeightLine]:
    labels = {f"hygiene_{field.key}": capfirst(str(field.label)) for field in FIELDS}
    labels |= {"hygiene_unique": capfirst(_("no possible duplicate")), "hygiene_fresh": capfirst(_("confirmed lately"))}
    sums = proposed(uses)
    return [
        WeightLine(
            label=labels[key],
            used=str(_WHOLE[key]) if key in _WHOLE else in_words(uses[key.removeprefix("hygiene_")]),
            proposed=sums[key],
            field=form[key],
        )
        for key in WEIGHTS
    ]


def in_words(use: Use) -> str:
    """Each way the field is used, as a list."""
    ways = [
        _("links records") if use.links else "",
        _("compared for duplicates") if use.compared else "",
        _("searched by") if use.searched else "",
        ngettext("in %(n)s saved view", "in %(n)s saved views", use.views) % {"n": number(use.views)}
        if use.views
        else "",
        _("typed in for %(share)s of those people filled in") % {"share": percent(use.typed, 0)} if use.typed else "",
        _("has a rule of its own") if use.has_rule else "",
    ]
    return _(", ").join(way for way in ways if way) or _("nothing that is known of")


def preview(reader: Reader, counts: Counts, *, now: Values, then: Values) -> Preview:
    """Of everybody, as counted now; the figures of days follow once the rules are saved."""
    baselines = Baseline.objects.visible_to(reader)
    before, after = part(counts, now), part(counts, then)
    dimensions = [
        Change(
            label=str(each.label), now=before.dimensions[each.key].share, then=after.dimensions[each.key].share
        )
        for each in DIMENSIONS
    ]  # fmt: skip
    score = Change(label=_("Score"), now=before.score.share, then=after.score.share)
    return Preview(changes=[score, *dimensions], baselines=baselines.filter(kpi="hygiene").count())
