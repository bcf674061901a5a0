"""What was compared, and what came of it, as people say it."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Match

Text = str | Promise
COMPARED: Final[dict[str, Text]] = {
    "given": _("given name"),
    "family": _("family name"),
    "birth": _("date of birth"),
    "tax": _("tax ID"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "street": _("address"),
    "place": _("postcode and city"),
    "name": _("name"),
    "form": _("legal form"),
}
LEVELS: Final[dict[str, Text]] = {
    "same": _("the same"),
    "near": _("nearly the same"),
    "exchanged": _("given and family name exchanged"),
    "one exchanged": _("one of the names in the other's place"),
    "initial": _("the same initial"),
    "unknown": _("not known of both"),
    "other": _("different"),
    "beside": _("says nothing: those with other names share it"),
    "same year": _("the same year"),
    "local": _("the same before the @"),
    "domain": _("the same domain"),
    "ending": _("the same ending"),
    "road": _("the same street"),
    "road near": _("nearly the same street"),
    "postcode": _("the same postcode"),
    "city and near": _("the same city, nearly the same postcode"),
    "city": _("the same city"),
    "another order": _("the same words in another order"),
    "within": _("one within the other"),
    "much": _("much in common"),
    "some": _("some in common"),
}
STRONG, SOME = 5.0, 1.0
"""Thirty-two times, and twice as probable of one customer as of two."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`says`: how it speaks, "for-much", "for", "little", "against", "against-much"; `words` say so."""

    label: Text
    level: Text
    left: str
    right: str
    weight: float
    says: str
    words: Text


SAYS: Final[dict[str, Text]] = {
    "for-much": _("speaks strongly for it"),
    "for": _("speaks for it"),
    "little": _("says little"),
    "against": _("speaks against it"),
    "against-much": _("speaks strongly against it"),
}


def reasons(match: Match) -> list[Reason]:
    """What says most first; what is not known of both comes last."""
    told = [_reason(one) for one in match.evidence]
    return sorted(told, key=lambda one: -abs(one.weight))


def _reason(one: dict[str, Any]) -> Reason:
    says = _says(one["weight"])
    return Reason(
        label=COMPARED.get(one["key"], one["key"]),
        level=LEVELS.get(one["level"], one["level"]),
        left=one["left"] or "",
        right=one["right"] or "",
        weight=one["weight"],
        says=says,
        words=SAYS[says],
    )


def _says(weight: float) -> str:
    if abs(weight) < SOME:
        return "little"
    direction = "for" if weight > 0 else "against"
    return f"{direction}-much" if abs(weight) >= STRONG else direction
