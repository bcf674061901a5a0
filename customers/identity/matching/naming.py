"""Names in the parts they are compared by."""

import re
from typing import Final

from customers.identity.firm_names import CHINESE_FORMS as CHINESE_ENDINGS
from customers.identity.firm_names import LEGAL_FORMS
from customers.identity.matching.latin import HAN, simplified, words
from customers.identity.matching.vocabulary import (
    CHINESE_FORMS,
    FAMILIES_OF_TWO,
    FILLERS,
    FORMS,
    PARTICLES,
    PLACES,
    TITLES,
    TRADES,
)

LONG: Final = 5
"""Letters of a word whose ending may say that there are several."""
_WITHIN_BRACKETS: Final = re.compile(r"[(（【\[][^)）】\]]*[)）】\]]")
_CHINESE_FORM: Final = re.compile(f"(?:{CHINESE_ENDINGS})(?:.{{0,8}}(?:分公司|分行|分店|营业部|办事处))?$")
_PLACE: Final = re.compile(f"(?:中国)?({'|'.join(sorted(PLACES))})(?:市|省)?")
_TRADE: Final = re.compile(f"({'|'.join(TRADES)})$")


def person(name: str) -> tuple[str, str]:
    """(given, family) in Latin letters without blanks; who has one name has it as the family's.

    A Chinese name begins with the family's. "Family, Given" is turned.

    >>> person("Dr. Mary-Ann van der Berg")
    ('maryann', 'vanderberg')
    >>> person("王小明")
    ('xiaoming', 'wang')
    """
    name = _WITHIN_BRACKETS.sub(" ", name)
    if HAN.search(name) and (chinese := _chinese_person(simplified(name))):
        return chinese
    family, comma, given = name.partition(",")
    if comma and given.strip():
        return "".join(_without_titles(words(given))), "".join(_without_titles(words(family)))
    parts = _without_titles(words(name))
    if not parts:
        return "", ""
    last = len(parts) - 1
    while last > 1 and parts[last - 1] in PARTICLES:
        last -= 1
    return "".join(parts[:last]), "".join(parts[last:])


def _chinese_person(name: str) -> tuple[str, str] | None:
    """None where it is not made of two to four Chinese characters."""
    plain = re.sub(r"[\s·.]", "", name)
    if not 2 <= len(plain) <= 4 or not all(map(HAN.match, plain)):
        return None
    at = 2 if plain[:2] in FAMILIES_OF_TWO and len(plain) > 2 else 1
    return "".join(words(plain[at:])), "".join(words(plain[:at]))


def _without_titles(parts: list[str]) -> list[str]:
    return [part for part in parts if part not in TITLES] or parts


def organization(name: str) -> tuple[list[str], list[str]]:
    """(words that tell it from others, legal forms), in Latin letters and in their order; a Chinese name's trade in
    English, as such firms translate it.

    >>> organization("The ACME Trading Corporation, Ltd.")
    (['acme', 'trading'], ['corp', 'ltd'])
    >>> organization("厦门宏达纺织有限公司")
    (['xiamen', 'hongda', 'textile'], ['ltd'])
    """
    plain = simplified(name)
    parts, forms = _chinese_organization(plain) if HAN.search(plain) else ([], [])
    if not parts:
        parts = words(_WITHIN_BRACKETS.sub(" ", plain)) or words(plain)
    forms += [FORMS.get(part, part) for part in parts if part in LEGAL_FORMS]
    told = [_singular(part) for part in parts if part not in LEGAL_FORMS and part not in FILLERS]
    return told or parts, sorted(set(forms))


def _chinese_organization(name: str) -> tuple[list[str], list[str]]:
    name = re.sub(r"\s", "", name)
    forms = [form for sign, form in CHINESE_FORMS.items() if sign in name][:1]
    core = _CHINESE_FORM.sub("", name)
    core = _WITHIN_BRACKETS.sub("", core) or core
    told: list[str] = []
    if (place := _PLACE.match(core)) and len(core) > place.end() + 1:
        told.append("".join(words(place[1])))
        core = core[place.end() :]
    trades: list[str] = []
    while (trade := _TRADE.search(core)) and trade.start() > 0:
        trades.insert(0, TRADES[trade[1]])
        core = core[: trade.start()]
    brand = "".join(words(core))
    return [*told, *([brand] if brand else []), *trades], forms


def _singular(word: str) -> str:
    """Technologies as technology, foods as food; of what is too short to tell, nothing."""
    if len(word) < LONG or word.endswith("ss"):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
