"""Conditions in words, for chips and for what is said of those that are passed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.common.lists.conditions import Condition, Group, each
from crm.common.lists.fields import Field
from crm.common.lists.options import Asking
from crm.common.templatetags.figures import day, money_round, number

Names = Mapping[tuple[str, str], str]
SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Chip:
    """`at`: its place among the conditions; `before`: the word that joins it to the one before."""

    words: str
    at: tuple[int, ...]
    before: str = ""
    is_bad: bool = False


def names_in(group: Group, asking: Asking) -> Names:
    """What the values of choices are called: one query a field that has such a condition."""
    chosen: dict[str, tuple[Field, set[str]]] = {}
    for one in each(group):
        if one.field and one.field.options and isinstance(one.value, tuple):
            chosen.setdefault(one.field.key, (one.field, set()))[1].update(one.value)
    return {
        (key, value): label
        for key, (field, values) in chosen.items()
        if field.options
        for value, label in field.options.named(sorted(values), asking).items()
    }


def chips(group: Group, names: Names) -> list[Chip]:
    word = _("or") if group.match == "any" else ""
    return [
        Chip(
            words=_in_words(one, names),
            at=(at,),
            before=word if at else "",
            is_bad=not isinstance(one, Group) and (one.is_gone or bool(one.fault)),
        )
        for at, one in enumerate(group.items)
        if not (one.items == () if isinstance(one, Group) else one.is_blank)
    ]


def passed_over(group: Group) -> list[str]:
    """A sentence for each condition that does not count, or that nothing can fit."""
    return [sentence for one in each(group) if (sentence := _fault(one))]


def in_words(one: Condition, names: Names) -> str:
    if one.field is None:
        return str(one.data.get("field", ""))[:60]
    return " ".join(filter(None, (f"{one.field.label}:", _asked(one, names))))


def _in_words(one: Condition | Group, names: Names) -> str:
    if isinstance(one, Group):
        word = _("or") if one.match == "any" else _("and")
        return f" {word} ".join(in_words(inner, names) for inner in each(one) if not inner.is_blank)
    return in_words(one, names)


def _asked(one: Condition, names: Names) -> str:
    assert one.field is not None
    op = one.field.ops[one.op]
    if one.fault:
        return f"{op.words} “{_given(one.data.get('value'))}”"
    if op.takes == "nothing":
        return str(op.words)
    if op.takes == "days":
        return str(op.words).replace("…", number(one.value))
    written = _value(one, names)
    return written if one.op in ("is", "any") else f"{op.words} {written}"


def _value(one: Condition, names: Names) -> str:
    assert one.field is not None
    takes = one.field.ops[one.op].takes
    if takes == "choices":
        words = [names.get((one.field.key, value), value) for value in one.value]
        more = len(words) - SHOWN
        return ", ".join(words[:SHOWN]) + (f" +{more}" if more > 0 else "")
    if takes == "day":
        return day(one.value)
    if takes == "number":
        return money_round(one.value) if one.field.kind == "money" else number(one.value)
    return str(one.value)


def _given(value: object) -> str:
    return (", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value))[
        :60
    ]


def _fault(one: Condition) -> str:
    if one.is_gone:
        words = {"field": str(one.data.get("field", ""))[:60]}
        return _("“%(field)s” is no longer a field of this list: the condition is kept, and passed over.") % words
    if one.fault and not one.is_blank:
        return f"{in_words(one, {})}: {one.fault}"
    return ""
