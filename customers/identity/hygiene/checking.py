"""What is the matter with one customer. Pure: no clock, no database."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, NamedTuple

from customers.identity.hygiene.fields import COMPLETE, FIELDS, KINDS, UNIQUE, VALID, WHOLE, code_of
from customers.identity.normalising import normalise_email
from customers.identity.places import is_country, is_language
from customers.identity.postcodes import is_postcode
from customers.identity.tax_ids import find_fault

REVISION: Final = 2  # since postcodes are held against their country
"""Of what these checks say: with another everybody is looked at anew, and baselines of before compare no more."""
_WORDS: Final = """
n/a na n.a. n.a none null nil nan test tests testing tester dummy unknown unbekannt keine kein tbd tba todo asdf qwerty
xyz foo foobar noname no_name noemail nomail no-email no-mail noaddress 无 没有 未知 不详 测试 暂无 空 待补 待定
"""
PLACEHOLDERS: Final = frozenset(_WORDS.split())
"""What is typed where something has to be; compared without case, blanks and brackets around it."""
# One sign that says nothing, again and again: 000000, xxxx.
_SAME: Final = re.compile(r"([0x*#?])\1*", re.IGNORECASE)
_AROUND: Final = " \t\r\n\u3000()[]<>{}\"'“”"
EARLIEST_BIRTH: Final = date(1900, 1, 1)
_CODE: Final = frozenset(("country", "language"))


class Facts(NamedTuple):
    """A customer, as `hygiene.reading` finds them. `has_number`: the phone became one when it came in.

    `is_proposed`: an open proposal says that somebody else is the same. `shared`: the field whose link key too many
    have, or ''.
    """

    kind: str
    values: Mapping[str, str]
    birth_date: date | None
    has_number: bool
    is_proposed: bool
    shared: str


def is_placeholder(text: str) -> bool:
    """Whether it stands for nothing: "n/a", "test", "000000", "-".

    >>> [is_placeholder(text) for text in ("N/A", "(none)", "000000", "-", "Testa & Co", "0511")]
    [True, True, True, True, False, False]
    """
    plain = text.strip(_AROUND).casefold()
    without = re.sub(r"[\W_]", "", plain)
    return not without or plain in PLACEHOLDERS or bool(_SAME.fullmatch(without))


def codes_of(facts: Facts, *, today: date) -> list[int]:
    """The customer's kind and faults, in order."""
    found = {KINDS.get(facts.kind, KINDS["organization"])}
    for field in FIELDS:
        if facts.kind not in field.kinds:
            continue
        if not _is_filled(facts, field.key):
            found.add(code_of(field.key, COMPLETE))
        elif not _is_valid(facts, field.key, today):
            found.add(code_of(field.key, VALID))
        elif facts.shared == field.key:
            found.add(code_of(field.key, UNIQUE))
    if facts.is_proposed:
        found.add(code_of(WHOLE, UNIQUE))
    return sorted(found)


def _is_filled(facts: Facts, field: str) -> bool:
    return facts.birth_date is not None if field == "birth_date" else bool(facts.values[field].strip())


def _is_valid(facts: Facts, field: str, today: date) -> bool:
    if field == "birth_date":
        return facts.birth_date is not None and EARLIEST_BIRTH <= facts.birth_date <= today
    if field == "phone":
        return facts.has_number and not is_placeholder(facts.values[field])
    value = facts.values[field]
    if field not in _CODE and is_placeholder(value):
        return False
    if field == "postcode":
        return is_postcode(value, facts.values["country"])
    check = _CHECKS.get(field)
    return check is None or check(value)


def _is_address(value: str) -> bool:
    """Of mail, whose box is not one that stands for nothing (`none@company.com`)."""
    address = normalise_email(value)
    return bool(address) and not is_placeholder(address.partition("@")[0])


def _is_name(value: str) -> bool:
    """With a letter: not the telephone number of somebody who never said one."""
    return any(map(str.isalpha, value))


def _is_tax_id(value: str) -> bool:
    return not find_fault(value)


_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "name": _is_name,
    "tax_id": _is_tax_id,
    "email": _is_address,
    "country": is_country,
    "language": is_language,
}
