"""Names that are alike, as candidates of a duplicate, without comparing all that have something in common.

By the index of trigrams alone, all names of a common shape ("OOO North 12345") are compared one by one. Here those are
compared first that stand beside the name in the order of names, which begin alike. Where there are not enough, and one
that is nearly the same, names are asked for that have most parts of it: a typo, another legal form, a word more
or less, or the words in another order leave the others as they were. So many of each at most are compared; who is alike
in another way may be missed.
"""

from itertools import pairwise
from typing import Final

from customers.identity.firm_names import LEGAL_FORMS
from customers.identity.folding import folded, normed

SIMILAR: Final = 0.6
"""Trigrams that two names share, of all that they have."""
NEARLY_SAME: Final = 0.9
BESIDE: Final = 100
"""So many names before and after in the order of names,"""
CAP: Final = 300
"""and so many that have the same parts are compared."""
LEAST, IN_THIRDS = 3, 12
ENOUGH: Final = 5
"""Letters of a word that the index is asked for: each trigram more is a list more of all names that have it."""
MOST_WORDS: Final = 6
_FORMS: Final = ("股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "公司")

# Rows are materialised without the limit, as in the search: with it the planner hopes to meet them without the index.
_ROWS = "{arm}_rows AS MATERIALIZED (SELECT id, search FROM customers_customer WHERE {where} AND {gate})"
_ARM = "SELECT id, search FROM (SELECT id, search FROM {arm}_rows LIMIT %(cap)s) {arm}"
_BESIDE = """
beside AS MATERIALIZED (SELECT id, similarity(search, %(like)s) AS alike FROM (
  (SELECT id, search FROM customers_customer WHERE search >= %(like)s ORDER BY search, id LIMIT %(beside)s)
  UNION ALL
  (SELECT id, search FROM customers_customer WHERE search < %(like)s ORDER BY search DESC, id DESC LIMIT %(beside)s)
) neighbours OFFSET 0)"""
_GATE = """(SELECT count(*) < %(most)s OR max(alike) < %(nearly_same)s FROM beside WHERE alike >= %(similar)s)"""
_BEST = """
SELECT id, 'name' FROM (WITH {arms}
SELECT id, max(alike) AS alike FROM (
  SELECT id, alike FROM beside
  UNION ALL
  SELECT id, similarity(search, %(like)s) FROM ({parts}) part
) candidate WHERE alike >= %(similar)s GROUP BY id ORDER BY 2 DESC, id LIMIT %(most)s) best"""


def names_alike(name: str, *, most: int) -> tuple[str, dict[str, str | int | float]]:
    """A SELECT of the most alike customers' ids, the word "name" beside each, and its parameters."""
    (norm,) = normed([name])
    params: dict[str, str | int | float] = {"like": f" {folded(norm)}", "similar": SIMILAR, "most": most}
    params |= {"beside": BESIDE, "cap": CAP, "nearly_same": NEARLY_SAME}
    rows, found = list[str](), list[str]()
    for at, (patterns, others) in enumerate(arms(norm)):
        known = {f"part_{at}_{number}": pattern for number, pattern in enumerate(patterns)}
        compared = {f"other_{at}_{number}": pattern for number, pattern in enumerate(others)}
        where = [f"search LIKE %({one})s" for one in known]
        if len(others) > 1:
            there = " + ".join(f"(search LIKE %({one})s)::int" for one in compared)
            where.append(f"{there} >= {len(others) - 1}")
        rows.append(_ROWS.format(arm=f"arm_{at}", where=" AND ".join(where), gate=_GATE))
        found.append(_ARM.format(arm=f"arm_{at}"))
        params |= known | compared
    parts = " UNION ".join(found) or "SELECT id, search FROM customers_customer LIMIT 0"
    return _BEST.format(arms=",\n".join((_BESIDE, *rows)), parts=parts), params


def arms(norm: str) -> list[tuple[list[str], list[str]]]:
    """Patterns that the index is asked for together, and others of which one may be missing: how two of the three
    longest words begin, and the other words; of two words how one begins, and the beginning or the end of the other; of
    one word, without a Chinese legal form, two thirds, of a short one a half. Legal forms and short words are others,
    as they are common.
    """
    words = norm.split()[:MOST_WORDS]
    long = sorted((word for word in words if len(word) >= LEAST and word not in LEGAL_FORMS), key=len, reverse=True)
    if len(long) > 2:
        pairs = ((0, 1), (0, 2), (1, 2))
        return [([_begun(long[one]), _begun(long[two])], _others(words, long[one], long[two])) for one, two in pairs]
    if len(long) == 2:
        both = (long, long[::-1])
        return [([_begun(one), *part], _others(words, *long)) for one, other in both for part in _ends(other)]
    return [(parts, _others(words, *long)) for word in long for parts in _pieces(word)]


def _begun(word: str) -> str:
    return f"% {folded(word[:ENOUGH])}%"


def _others(words: list[str], *without: str) -> list[str]:
    return [f"% {folded(word)}%" for word in words if word not in without]


def _ends(word: str) -> list[list[str]]:
    """How it begins, and how it ends: a typo is in one of the two. Nothing of a word whose end is too short."""
    middle = round(len(word) / 2)
    begin, end = folded(word[:middle]), folded(word[middle:])
    return [[f"% {begin}%"], [f"%{end}%"]] if len(end) >= LEAST else [[]]


def _pieces(word: str) -> list[list[str]]:
    word = next((word.removesuffix(form) for form in _FORMS if word.endswith(form)), word) or word
    thirds = _patterns(word, 3) if len(folded(word)) >= IN_THIRDS else []
    if len(thirds) == 3:
        return [[*thirds[:at], *thirds[at + 1 :]] for at in range(3)]
    halves = _patterns(word, 2)
    return [[half] for half in ([f"% {folded(word[:LEAST])}%", *halves] if len(halves) == 1 else halves)]


def _patterns(word: str, count: int) -> list[str]:
    """Of its parts that give a trigram."""
    places = [round(len(word) * at / count) for at in range(count + 1)]
    parts = [folded(word[first:last]) for first, last in pairwise(places)]
    return [f"%{part}%" for part in parts if len(part) >= LEAST]
