"""What a person is called, to find them in texts of which no column says whose they are: rejects, mails, kept files."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from customers.identity.normalising import normalise_email, normalise_phone_cached

SHORTEST: Final = 4
"""Of letters; a shorter name stands in too many texts. One of Chinese characters has two."""
TAIL: Final = 8
"""The last digits of a phone number, however the rest is written."""
_NOT_A_DIGIT: Final = re.compile(r"[^0-9]+")
_CJK: Final = re.compile(r"[\u3400-\u9fff]")


def folded(text: str) -> str:
    """In lower case, without accents: so names are found however they are written."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


class Needles:
    """Made of what the person's records say; `are_in` tells whether a text names them."""

    def __init__(self, said: Iterable[Mapping[str, Any]], *, keys: Iterable[str] = ()) -> None:
        words: set[str] = set()
        numbers: set[str] = set()
        for one in said:
            words |= {folded(text) for text in _texts(one)}
            numbers |= {digits[-TAIL:] for digits in _numbers(one) if len(digits) >= TAIL}
        words |= {folded(key) for key in keys if _tells(key)}
        self._words = _any_of(words)
        self._numbers = re.compile("|".join(sorted(numbers))) if numbers else None

    def are_in(self, text: str) -> bool:
        if self._words and self._words.search(folded(text)):
            return True
        return bool(self._numbers and self._numbers.search(_NOT_A_DIGIT.sub("", text)))


def _texts(one: Mapping[str, Any]) -> Iterable[str]:
    names = _ways_to_write(str(one.get("name") or ""))
    for text in (*names, *(str(one.get(name) or "").strip() for name in ("email", "tax_id", "address"))):
        if len(text) >= SHORTEST or (len(text) > 1 and _CJK.search(text)):
            yield text
    if address := normalise_email(str(one.get("email") or "")):
        yield address


def _ways_to_write(name: str) -> Iterable[str]:
    """As it stands; of a name in two scripts each; the last word first, as lists have it."""
    latin = " ".join(_CJK.sub(" ", name).split())
    chinese = "".join(_CJK.findall(name))
    yield from (" ".join(name.split()), latin, chinese)
    first, _blank, last = latin.rpartition(" ")
    if first:
        yield from (f"{last} {first}", f"{last}, {first}")


def _numbers(one: Mapping[str, Any]) -> Iterable[str]:
    raw = str(one.get("phone") or "")
    yield _NOT_A_DIGIT.sub("", raw)
    if raw and (number := normalise_phone_cached(raw)):
        yield number


def _tells(key: str) -> bool:
    """A source's number is found in texts where it is not like any other number."""
    return len(key) > SHORTEST and not (key.isdecimal() and len(key) < TAIL)


def _any_of(words: set[str]) -> re.Pattern[str] | None:
    """Whole words, with anything but letters between them; where there are none between characters, anywhere."""
    if not words:
        return None
    escaped = (re.escape(word).replace(r"\ ", r"\W+") for word in sorted(words))
    parts = (word if _CJK.search(word) else rf"(?<![^\W_]){word}(?![^\W_])" for word in escaped)
    return re.compile("|".join(parts))
