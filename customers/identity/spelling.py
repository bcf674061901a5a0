"""What somebody types in Latin letters of a name in Chinese characters: its syllables or their initials.

`zhangsan`, `zhang san`, `zhangs` and `zs` are 张三. What is typed begins where a syllable does; ü is u or v.
`crm_spelt` (`crm.common.readings`) writes names so: a capital begins each syllable, and behind that the initials stand,
twice each.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

LEAST, MOST = 2, 40
"""So many letters."""
LONG: Final = 3
"""Fewer are looked up where a name begins, and as initials anywhere: in the middle they give no trigram."""
_LATIN: Final = re.compile("[a-z]+")


def as_spelt(words: Sequence[str]) -> dict[str, Any]:
    """Parameters of the arms of spellings (`search_sql`) for words that `crm_norm` wrote; {} where no name is spelt so.
    Patterns of those words that the index knows are `syllables_` and `initials_`, with their numbers.
    """
    words = [word.replace("v", "u") for word in words]
    text = "".join(words)
    if not _LATIN.fullmatch(text) or not LEAST <= len(text) <= MOST:
        return {}
    if len(max(words, key=len)) < LONG:
        words = [text]
    known = [word for word in words if len(word) >= LONG] or words
    return {
        "spelt_begins": f" ({_syllables(text)}|{_initials(text)})",
        "spelt_within": _anywhere(text, alone=True),
        "spelt_each": [_anywhere(word, alone=len(words) == 1) for word in words],
        **{f"syllables_{at}": f"%{_begin(word)}{word}%" for at, word in enumerate(known)},
        **{f"initials_{at}": f"%{_initials(word)}%" for at, word in enumerate(known)},
    }


def _anywhere(word: str, *, alone: bool) -> str:
    return f"({_begin(word) if alone else ''}{_syllables(word)}|{_initials(word)})"


def _begin(word: str) -> str:
    return " " if len(word) < LONG else ""


def _syllables(text: str) -> str:
    """Its first letter begins a syllable, any of the others may: `H[uU][aA]`."""
    return text[0].upper() + "".join(f"[{letter}{letter.upper()}]" for letter in text[1:])


def _initials(text: str) -> str:
    return "".join(letter * 2 for letter in text)
