"""The rules that KPI definitions rest on: what there is to set, and what is in force.

They are rows (`metrics.models.rules`); the environment only gave a new database its first values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from metrics.engine import known

Values = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One number of the definitions. `usual` is what the field uses; under it definitions keep their plain version.

    `variable`: of the environment, for the first value of a new database, where it has one.
    """

    key: str
    label: str | Promise
    unit: str | Promise
    usual: int
    smallest: int
    largest: int
    variable: str = ""


def _weight(of: str, label: str | Promise, usual: int) -> Rule:
    """How much a field, or what is asked of the customer as a whole, weighs in the data hygiene; 0 leaves it out."""
    label = format_lazy(_("Data hygiene, weight: {field}"), field=label)
    return Rule(key=f"hygiene_{of}", label=label, unit=_("points"), usual=usual, smallest=0, largest=100)


# By what the product and its people use a field for: docs/hygiene.md.
WEIGHTS: Final = (
    _weight("name", _("name"), 3),
    _weight("tax_id", _("tax ID"), 4),
    _weight("email", _("e-mail"), 5),
    _weight("phone", _("phone"), 5),
    _weight("address", _("address"), 2),
    _weight("city", _("city"), 3),
    _weight("region", _("region"), 1),
    _weight("country", _("country"), 3),
    _weight("postcode", _("postcode"), 2),
    _weight("industry", _("industry"), 2),
    _weight("language", _("language"), 1),
    _weight("birth_date", _("date of birth"), 1),
    _weight("unique", _("no possible duplicate"), 5),
    _weight("fresh", _("confirmed lately"), 5),
)
RULES: Final = (
    Rule(
        key="answer_within_s",
        label=_("A call counts as answered in time within"),
        unit=_("seconds"),
        usual=20,
        smallest=1,
        largest=3600,
        variable="KPI_ANSWER_WITHIN_S",
    ),
    Rule(
        key="short_abandon_s",
        label=_("Whoever gives up sooner counts as a wrong number"),
        unit=_("seconds"),
        usual=5,
        smallest=0,
        largest=3600,
        variable="KPI_SHORT_ABANDON_S",
    ),
    Rule(
        key="repeat_window_hours",
        label=_("A contact belongs to the issue before it within"),
        unit=_("hours"),
        usual=168,
        smallest=1,
        largest=2160,
        variable="KPI_REPEAT_WINDOW_HOURS",
    ),
    *WEIGHTS,
    Rule(
        key="hygiene_fresh_months",
        label=_("Data hygiene: a customer is fresh who was confirmed within"),
        unit=_("calendar months"),
        usual=12,
        smallest=1,
        largest=120,
    ),
)
USUAL: Final[Values] = {rule.key: rule.usual for rule in RULES}


def in_force() -> Values:
    """Rule → its value, as this process knows it (`metrics.engine.known`)."""
    return known.state().values


def _in_words(rule: str) -> str:
    return str(in_force()[rule])


def _days_in_words(rule: str) -> str:
    return f"{in_force()[rule] / 24:g}"


# A rule's value, and one in hours as days, as texts that are made when they are shown: for definitions and formulas.
in_words = lazy(_in_words, str)
days_in_words = lazy(_days_in_words, str)
