"""What a person is called, to find them in texts of which no column says whose they are: rejects, mails, kept files."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

import phonenumbers

from customers.identity.normalising import normalise_email, normalise_phone_cached

SHORTEST: Final = 4
"""Of letters; a shorter name stands in too many texts. One of Chinese characters has two."""
SAID: Final = ("name", "tax_id", "email", "phone", "address")
FEWEST: Final = 7
"""Of digits; a shorter phone number stands in too many texts."""
LONG: Final = 8
"""Of digits, from which on a source's number is not like any other number."""
_NOT_A_DIGIT: Final = re.compile(r"[^0-9]+")
_BETWEEN: Final = r"[ \t\u00a0\u202f()/.-]{0,3}"
"""What people write between the digits of one number; never the end of a cell."""
_BETWEEN_CELLS: Final = re.compile(r'["\n]+')
_CJK: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]"
)
"""Scripts that write without blanks, or add to a word what belongs to the sentence: no word ends where a name does."""
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def folded(text: str) -> str:
    """In lower case, without accents: so names are found however they are written."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


class Needles:
    """Made of what the person's records say; `are_in` tells whether a text names them."""

    def __init__(self, said: Iterable[Mapping[str, Any]], *, keys: Iterable[str] = ()) -> None:
        self.said = [{name: str(one[name]) for name in SAID if one.get(name)} for one in said]
        self.keys = list(keys)
        words: set[str] = set()
        numbers: set[str] = set()
        for one in self.said:
            words |= {folded(text) for text in _texts(one)}
            numbers |= {digits for digits in _numbers(one) if len(digits) >= FEWEST}
        words |= {folded(key) for key in self.keys if _tells(key)}
        self._words = _any_of(words)
        self._numbers = _any_number(numbers)
        parts = {frozenset(folded(one.get("name", "")).split()) for one in self.said}
        self._parts = [one for one in parts if len(one) > 1]

    def are_in(self, text: str) -> bool:
        if self._words and self._words.search(folded(text)):
            return True
        return bool(self._numbers and self._numbers.search(text))

    def are_in_row(self, text: str) -> bool:
        """Cells with quotes or ends of lines between them: a name may stand in several, that hold nothing else."""
        return self.are_in(text) or any(_has_parts(folded(text), parts) for parts in self._parts)


def _has_parts(text: str, parts: frozenset[str]) -> bool:
    if not all(part in text for part in parts):
        return False
    cells = (set(cell.split()) for cell in _BETWEEN_CELLS.split(text))
    return parts == {word for cell in cells if cell <= parts for word in cell}


def _texts(one: Mapping[str, Any]) -> Iterable[str]:
    name = unicodedata.normalize("NFC", str(one.get("name") or ""))
    names = [way for one in _spellings(name) for way in _ways_to_write(one)]
    for text in (*names, *(str(one.get(name) or "").strip() for name in ("email", "tax_id", "address"))):
        if len(text) >= SHORTEST or (len(text) > 1 and _CJK.search(text)):
            yield text
    if address := normalise_email(str(one.get("email") or "")):
        yield address


def _spellings(name: str) -> Iterable[str]:
    """An umlaut may be written with an e, or was; accents do not matter."""
    return dict.fromkeys((name, name.translate(_UMLAUTS), re.sub(r"([aouAOU])e", r"\1", name)))


def _ways_to_write(name: str) -> Iterable[str]:
    """As it stands; of a name in two scripts each; the last word first, as lists have it."""
    latin = " ".join(_CJK.sub(" ", name).split())
    other = "".join(_CJK.findall(name))
    yield from (" ".join(name.split()), latin, other)
    first, _blank, last = latin.rpartition(" ")
    if first:
        yield from (f"{last} {first}", f"{last}, {first}")


def _numbers(one: Mapping[str, Any]) -> Iterable[str]:
    """As it was said, and with the code of the country, without, or as one dials within the country."""
    raw = str(one.get("phone") or "")
    digits = _NOT_A_DIGIT.sub("", raw)
    yield digits
    if raw and (number := normalise_phone_cached(raw)):
        yield from (number, f"00{number}")
        parsed = phonenumbers.parse(f"+{number}")
        within = phonenumbers.national_significant_number(parsed)
        yield from (within, f"0{within}", f"{parsed.country_code}0{within}")


def _tells(key: str) -> bool:
    """A source's number is found in texts where it is not like any other number."""
    return len(key) > SHORTEST and not (key.isdecimal() and len(key) < LONG)


def _any_number(numbers: set[str]) -> re.Pattern[str] | None:
    """The whole number, however its digits are parted, with no digit before or after it."""
    if not numbers:
        return None
    spaced = "|".join(_BETWEEN.join(one) for one in sorted(numbers, key=len, reverse=True))
    return re.compile(rf"(?<![0-9])(?:{spaced})(?![0-9])", re.ASCII)


def _any_of(words: set[str]) -> re.Pattern[str] | None:
    """Whole words, with anything but letters between them; where there are none between characters, anywhere.

    A folded syllable of Hangul is its letters: none may follow that belongs to it.
    """
    if not words:
        return None
    escaped = (re.escape(word).replace(r"\ ", r"\W+") for word in sorted(words))
    parts = (
        rf"{word}(?![\u11a8-\u11ff])" if _CJK.search(word) else rf"(?<![^\W_]){word}(?![^\W_])" for word in escaped
    )
    return re.compile("|".join(parts))
