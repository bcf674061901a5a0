"""What a list may be narrowed by: fields of a kind, and what can be asked of each kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.days import start_of, today
from crm.common.lists.options import Asking, Options

Kind = Literal["text", "code", "choice", "number", "money", "date", "yes_no", "user", "tag"]
Takes = Literal["nothing", "text", "choices", "number", "day", "days"]
Value = str | tuple[str, ...]
LONGEST, MOST_CHOICES, MOST_DAYS, MOST_PLACES = 200, 100, 36_500, 20


class BadValue(ValueError):
    """A value that is none of what its operation takes; the text says which is."""


@dataclass(frozen=True, kw_only=True)
class Op:
    """`words` stand between the field's name and the value; `holds` makes the condition of path, value and field."""

    words: str | Promise
    takes: Takes
    holds: Callable[["Field", Any, Asking], Q]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the allow-list.

    `path`: of the ORM, as it is filtered by. `has_no`: how an empty one is stored. `is_moment`: `path` is a moment,
    not a day. `words`: special values ("me") and what they stand for. `holds`: where no path says it, the condition of
    operation and clean value. `short`: what `?key=value` of an address means, beside what its kind takes it for.
    `is_rough`: of how many fit the planner knows no more than the per cent.
    """

    key: str
    label: str | Promise
    kind: Kind
    path: str = ""
    options: Options | None = None
    has_no: Literal["text", "null"] = "null"
    is_moment: bool = False
    is_id: bool = False
    words: Mapping[str, Callable[[Asking], Any]] = field(default_factory=dict)
    holds: Callable[[str, Any, Asking], Q] | None = None
    short: Callable[[str], tuple[str, str]] | None = None
    only: Sequence[str] = ()
    is_rough: bool = False
    permission: str = ""

    @property
    def ops(self) -> Mapping[str, Op]:
        known = OPS[self.kind]
        return {key: known[key] for key in self.only} if self.only else known


def clean(asked: Field, op: str, value: object) -> Any:
    """The value as the operation takes it; raises BadValue."""
    return _CLEANERS[asked.ops[op].takes](asked, value)


def holds(asked: Field, op: str, value: Any, asking: Asking) -> Q:
    """Of a clean value."""
    if asked.holds:
        return asked.holds(op, value, asking)
    return asked.ops[op].holds(asked, value, asking)


def _text(_asked: Field, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value or len(value) > LONGEST:
        raise BadValue(gettext("Enter a text of at most 200 letters."))
    return value.strip()


def _choices(asked: Field, value: object) -> tuple[str, ...]:
    given = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else ()
    if not given or len(given) > MOST_CHOICES or not all(_may_be_chosen(asked, one) for one in given):
        raise BadValue(gettext("Choose between 1 and 100 of what is offered."))
    return given


def _may_be_chosen(asked: Field, one: object) -> bool:
    if not isinstance(one, str) or not one or len(one) > LONGEST or "\x00" in one:
        return False
    return not asked.is_id or one in asked.words or (one.isascii() and one.isdigit() and len(one) < 18)


def _number(_asked: Field, value: object) -> Decimal:
    text = str(value).strip()[: LONGEST + 1]
    try:
        found = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise BadValue(gettext("Enter a number.")) from None
    if not found.is_finite() or not -MOST_PLACES <= found.adjusted() < 15 or len(text) > LONGEST:
        raise BadValue(gettext("Enter a number."))
    return found


def _day(_asked: Field, value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadValue(gettext("Enter a day.")) from None


def _days(_asked: Field, value: object) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= MOST_DAYS):
        raise BadValue(gettext("Enter a number of days."))
    return int(text)


_CLEANERS: Final[Mapping[Takes, Callable[[Field, object], Any]]] = {
    "nothing": lambda _asked, _value: "",
    "text": _text,
    "choices": _choices,
    "number": _number,
    "day": _day,
    "days": _days,
}


def _is(look_up: str) -> Callable[[Field, Any, Asking], Q]:
    return lambda asked, value, _asking: Q(**{f"{asked.path}__{look_up}": value})


def _is_empty(asked: Field, _value: Any, _asking: Asking) -> Q:
    return Q(**{asked.path: ""}) if asked.has_no == "text" else Q(**{f"{asked.path}__isnull": True})


def _is_filled(asked: Field, value: Any, asking: Asking) -> Q:
    return ~Q(**{asked.path: ""}) if asked.has_no == "text" else ~_is_empty(asked, value, asking)


def _one_of(asked: Field, value: Sequence[str], asking: Asking) -> Q:
    """A word that means nobody here, such as the team of who has none, fits nothing."""
    meant = [asked.words[one](asking) if one in asked.words else one for one in value]
    return Q(**{f"{asked.path}__in": [one for one in meant if one is not None]})


def _none_of(asked: Field, value: Sequence[str], asking: Asking) -> Q:
    return ~_one_of(asked, value, asking)


def _at_least(asked: Field, value: Decimal, _asking: Asking) -> Q:
    """What is unknown counts as nothing."""
    missing = Q(**{f"{asked.path}__isnull": True}) if value <= 0 else Q()
    return Q(**{f"{asked.path}__gte": value}) | missing


def _at_most(asked: Field, value: Decimal, _asking: Asking) -> Q:
    missing = Q(**{f"{asked.path}__isnull": True}) if value >= 0 else Q()
    return Q(**{f"{asked.path}__lte": value}) | missing


def _from(asked: Field, value: date, _asking: Asking) -> Q:
    return Q(**{f"{asked.path}__gte": start_of(value) if asked.is_moment else value})


def _before(asked: Field, value: date, _asking: Asking) -> Q:
    return Q(**{f"{asked.path}__lt": start_of(value) if asked.is_moment else value})


def _older(asked: Field, value: int, asking: Asking) -> Q:
    return _before(asked, today() - timedelta(days=value), asking)


def _within(asked: Field, value: int, asking: Asking) -> Q:
    return _from(asked, today() - timedelta(days=value), asking)


_EMPTY = {"empty": Op(words=_("is empty"), takes="nothing", holds=_is_empty),
          "filled": Op(words=_("is filled in"), takes="nothing", holds=_is_filled)}  # fmt: skip
_NUMBERS = {
    "at_least": Op(words=_("at least"), takes="number", holds=_at_least),
    "at_most": Op(words=_("at most"), takes="number", holds=_at_most),
    "some": Op(words=_("more than nothing"), takes="nothing", holds=lambda f, _v, _a: Q(**{f"{f.path}__gt": 0})),
    "none": Op(
        words=_("nothing"),
        takes="nothing",
        holds=lambda f, _v, _a: Q(**{f"{f.path}__isnull": True}) | Q(**{f"{f.path}__lte": 0}),
    ),
}
OPS: Final[Mapping[Kind, Mapping[str, Op]]] = {
    "text": {
        "contains": Op(words=_("contains"), takes="text", holds=_is("icontains")),
        "lacks": Op(words=_("does not contain"), takes="text", holds=lambda f, v, a: ~_is("icontains")(f, v, a)),
        "is": Op(words=_("is"), takes="text", holds=_is("iexact")),
        **_EMPTY,
    },
    # Of which one knows the beginning or all: an index finds it.
    "code": {
        "starts": Op(words=_("begins with"), takes="text", holds=_is("startswith")),
        "is": Op(words=_("is"), takes="text", holds=_is("exact")),
    },
    "choice": {
        "is": Op(words=_("is"), takes="choices", holds=_one_of),
        "is_not": Op(words=_("is not"), takes="choices", holds=_none_of),
        **_EMPTY,
    },
    "number": _NUMBERS,
    "money": _NUMBERS,
    "date": {
        "older": Op(words=_("more than … days ago"), takes="days", holds=_older),
        "within": Op(words=_("in the last … days"), takes="days", holds=_within),
        "from": Op(words=_("from"), takes="day", holds=_from),
        "before": Op(words=_("before"), takes="day", holds=_before),
        "empty": Op(words=_("never"), takes="nothing", holds=_is_empty),
        "filled": Op(words=_("ever"), takes="nothing", holds=_is_filled),
    },
    "yes_no": {
        "yes": Op(words=_("yes"), takes="nothing", holds=lambda f, _v, _a: Q(**{f.path: True})),
        "no": Op(words=_("no"), takes="nothing", holds=lambda f, _v, _a: ~Q(**{f.path: True})),
    },
    "user": {
        "is": Op(words=_("is"), takes="choices", holds=_one_of),
        "is_not": Op(words=_("is not"), takes="choices", holds=_none_of),
        "empty": Op(words=_("nobody"), takes="nothing", holds=_is_empty),
        "filled": Op(words=_("somebody"), takes="nothing", holds=_is_filled),
    },
    "tag": {
        "any": Op(words=_("any of"), takes="choices", holds=_one_of),
        "none": Op(words=_("none of"), takes="choices", holds=_none_of),
    },
}
