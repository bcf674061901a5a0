"""Whom somebody may have meant who was not found: names that one typo makes the text.

Of a word with one typo its beginning or its end is as it should be, so that either finds the names by the index of
fragments. Of these the most similar are compared letter by letter.
"""

import re
from typing import Any, Final

from django.db import connection

from customers.identity.folding import folded, normed
from customers.identity.search import Sought
from customers.models import Customer
from customers.querysets.customers import CustomerQuerySet

CAP: Final = 1_000
"""So many names are compared for each beginning and end of a word."""
COMPARED: Final = 50
"""So many of the most similar letter by letter."""
MOST_WORDS: Final = 4
MIN_LATIN, MIN_CHINESE = 4, 3
_CHINESE = re.compile("[\u3400-\u9fff]")

# Materialised without the limit, as the planner would hope to meet them without the index.
_CANDIDATES = """
WITH {rows}
SELECT id, crm_norm(name) FROM ({limited}) found
ORDER BY word_similarity(%(whole)s, search) DESC, id LIMIT %(compared)s"""
_ROWS = "rows_{at} AS MATERIALIZED (SELECT id, name, search FROM customers_customer WHERE {where})"
_LIMITED = "(SELECT id, name, search FROM rows_{at} LIMIT %(cap)s)"


def meant_by(customers: CustomerQuerySet[Customer], sought: Sought, *, most: int) -> list[Customer]:
    """At most so many of `customers` who have all words of the text in their name but for one typo, the most alike
    first. Nobody for a text of more than four words.
    """
    if not sought.is_possible or "@" in sought.text:
        return []
    words, whole = _normed(sought.text)
    near = [pk for pk, name in _candidates(words, whole) if has_all_but_a_typo(name, words)] if words else []
    found = customers.in_bulk(near)
    return [found[pk] for pk in near if pk in found][:most]


def _normed(text: str) -> tuple[list[str], str]:
    (norm,) = normed([text])
    words = norm.split()
    return (words if len(words) <= MOST_WORDS else []), f" {folded(norm)}"


def _candidates(words: list[str], whole: str) -> list[tuple[int, str]]:
    wheres, params = list[str](), dict[str, Any]()
    for at, word in enumerate(words):
        others = {f"other_{at}_{other}": f"%{folded(words[other])}%" for other in range(len(words)) if other != at}
        for part, pattern in enumerate(parts(word)):
            named = {**others, f"part_{at}_{part}": pattern}
            wheres.append(" AND ".join(f"search LIKE %({name})s" for name in named))
            params |= named
    if not wheres:
        return []
    rows = ", ".join(_ROWS.format(at=at, where=where) for at, where in enumerate(wheres))
    limited = " UNION ".join(_LIMITED.format(at=at) for at in range(len(wheres)))
    with connection.cursor() as cursor:
        statement = _CANDIDATES.format(rows=rows, limited=limited)
        cursor.execute(statement, {**params, "whole": whole, "cap": CAP, "compared": COMPARED})
        return [(pk, name) for pk, name in cursor.fetchall()]


def parts(word: str) -> list[str]:
    """Patterns of names, of which one fits whatever letter of the word is wrong, missing or too many, or two are in
    each other's place; of four letters or three characters but not the second. None for a word shorter than that.
    """
    is_chinese, half = bool(_CHINESE.search(word)), len(word) // 2
    if len(word) < (MIN_CHINESE if is_chinese else MIN_LATIN):
        return []
    start, least = ("", 2) if is_chinese else (" ", 3)
    swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
    beginnings = [f"%{start}{folded(part)}%" for part in (word[: max(half, 2)], swapped)]
    return [*beginnings, f"%{folded(word[-max(len(word) - half, least) :])}%"]


def has_all_but_a_typo(name: str, words: list[str]) -> bool:
    """Both as `crm_norm` writes them."""
    missing = [word for word in words if word not in name]
    return len(missing) == 1 and any(is_a_typo_apart(missing[0], one) for one in _places(name, missing[0]))


def _places(name: str, word: str) -> list[str]:
    """Where the word may stand: at the beginning of each word, of Chinese anywhere; a letter shorter or longer too."""
    starts = [at for at in range(len(name)) if at == 0 or name[at - 1] == " " or _CHINESE.match(name[at])]
    return [name[at : at + length] for at in starts for length in (len(word) - 1, len(word), len(word) + 1)]


def is_a_typo_apart(one: str, other: str) -> bool:
    """One letter another, missing or too many, or two neighbours exchanged (Damerau 1964)."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, its = one[at:], other[at:]
    return rest[1:] == its[1:] or rest[1:] == its or rest == its[1:] or (rest[:2] == its[1::-1] and rest[2:] == its[2:])
