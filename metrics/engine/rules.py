"""The rules that KPI definitions rest on: what there is to set, and what is in force.

They are rows (`metrics.models.rules`); the environment only gave a new database its first values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from metrics.engine import known

Values = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One number of the definitions. `usual` is what the field uses; under it definitions keep their plain version.

    `variable`: of the environment, for the first value of a new database.
    """

    key: str
    label: str | Promise
    unit: str | Promise
    usual: int
    smallest: int
    largest: int
    variable: str


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
