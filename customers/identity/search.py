"""Customers by a fragment of what one knows of them: name, words of it in any order, people there, phone, e-mail,
tax ID, the number any source, order or invoice has, city; a name in Chinese characters by its syllables or initials
too. The best come first (`search_sql` says how).
"""

import re
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from crm.common import prepared
from crm.common.errors import DomainError
from customers.identity import search_sql
from customers.identity.folding import folded, normed
from customers.identity.linking import tax_keys
from customers.identity.search_sql import EACH, KNOWN_AS, NAMES, POINTS, fit
from customers.identity.spelling import as_spelt
from customers.models import Customer
from customers.querysets.customers import CustomerQuerySet
from customers.registry.search import search_arms

BEST: Final = 100
"""So many are found where they are ordered by how well they fit."""
CAP: Final = 300
"""So many in any other order; `WIDE` where they are narrowed further."""
WIDE: Final = 1_000
MOST_WORDS: Final = 8
MIN_LATIN, MIN_CHINESE, MIN_DIGITS = 3, 2, 4
_CHINESE = re.compile("[\u3400-\u9fff]")
_TWO_LETTERS = re.compile("^[^\\W\\d_\u3400-\u9fff]{2}$")
_LAST = "\U0010ffff"
"""No name goes on with it."""
_PHONE = re.compile(r"^[\d\s()+./-]+$")
_TRUNK = re.compile(r"^\s*(\+|00)(.*?)\(0\)")
"""The zero that is dialled from within the country alone: +49 (0)30."""

# A digit, the rank of the tier and the name, as a text to sort by.
_RELEVANCE = """
({fit})::text
|| lpad(coalesce((SELECT rank FROM customers_tier WHERE id = customers_customer.tier_id), 99999)::text, 5, '0')
|| customers_customer.search
"""
_NUMBERED = "customers_customer.id = ANY(%(exact)s)"
_SPELLING = search_sql.spelling_of("customers_customer.id")


class NothingSought(DomainError):
    """A text that says too little."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a search text asks for; `hint` says why nothing can be looked for."""

    text: str
    hint: str = ""

    @property
    def is_possible(self) -> bool:
        return bool(self.text) and not self.hint


def read(text: str) -> Sought:
    """`text` as typed. At least 3 Latin or 2 Chinese characters, 4 digits, or 2 letters side by side, which names and
    their words begin with; NUL and surplus blanks are dropped.
    """
    text = " ".join(text.replace("\x00", " ").split())[:200]
    if not text:
        return Sought(text="")
    if _is_long_enough(text) or _TWO_LETTERS.match(text):
        return Sought(text=text)
    return Sought(text=text, hint=_("Type at least 2 letters, 2 Chinese characters or 4 digits."))


def _is_long_enough(text: str) -> bool:
    if len(_CHINESE.findall(text)) >= MIN_CHINESE:
        return True
    if _PHONE.match(text):
        return len(_digits(text)) >= MIN_DIGITS
    return sum(character.isalnum() for character in text) >= MIN_LATIN


def _digits(text: str) -> str:
    """Digits as E.164 holds them: no blanks, no international or national leading zeros."""
    return re.sub(r"\D", "", _TRUNK.sub(r"\1\2", text)).lstrip("0")


@dataclass(frozen=True, kw_only=True)
class _Folded:
    """A text, and it and its words as names are kept. They are looked for in any order; the whole counts as one where
    none of them is long enough to be looked up.
    """

    text: str
    whole: str
    words: list[str]

    @property
    def patterns(self) -> dict[str, str]:
        whole = {"begins": f" {self.whole}%", "word": f"% {self.whole}%", "inside": f"%{self.whole}%"}
        span = {"begins_from": f" {self.whole}", "begins_to": f" {self.whole}{_LAST}"}
        start = " " if _TWO_LETTERS.match(self.text) else ""
        return {**whole, **span, **{f"word_{at}": f"%{start}{word}%" for at, word in enumerate(self.words)}}

    @property
    def spelt(self) -> dict[str, Any]:
        return as_spelt(" ".join(self.words).split())


def matching(customers: CustomerQuerySet[Customer], sought: Sought, *, most: int = CAP) -> CustomerQuerySet[Any]:
    """Those of `customers` among the best `most` that are found, which one statement says at once; `relevance` orders
    them: by a number, names that begin with the text, names with a word that does, names that hold it, the others;
    within each the best tier first, then by name.
    """
    if not sought.is_possible:
        return customers.none()
    asked = _fold(sought.text)
    found = _found(asked, most=most)
    exact = [pk for pk, is_exact in found if is_exact]
    fitting = customers.filter(pk__in=[pk for pk, _is_exact in found])
    return fitting.annotate(relevance=_relevance(asked, exact))


def find_ids(text: str) -> list[int]:
    """The customers that a text finds, the best first; at most `WIDE`. Raises NothingSought."""
    sought = read(text)
    if not sought.is_possible:
        raise NothingSought(sought.hint or _("Type what is to be found."))
    found = matching(Customer.objects.all(), sought, most=WIDE).order_by("relevance", "pk")
    return list(found.values_list("pk", flat=True))


def _found(sought: _Folded, *, most: int) -> list[tuple[int, bool]]:
    """(customer, whether by a number of theirs), the best first."""
    statement, params = _statement(sought)
    bounds = {"most": most, "first": search_sql.FIRST, "next": search_sql.NEXT, "cap": max(most, search_sql.CAP)}
    with connection.cursor() as cursor:
        prepared.run(cursor, statement, {**params, **bounds}, one_plan=True)
        return [(pk, is_exact) for pk, is_exact in cursor.fetchall()]


def _fold(text: str) -> _Folded:
    words = text.split()[:MOST_WORDS]
    if not any(map(_is_long_enough, words)):
        words = [text]
    whole, *each = map(folded, normed([text, *words]))
    return _Folded(text=text, whole=whole, words=[word for word in each if word] or [whole])


def _statement(sought: _Folded) -> tuple[str, dict[str, Any]]:
    text, arms = sought.text, dict[str, str]()
    exact, numbers = _numbers(text)
    params: dict[str, Any] = {**numbers, "text": text, **sought.patterns, **sought.spelt}
    if _PHONE.match(text):
        arms["phone"] = POINTS.format(kind="phone")
        params["phone"] = f"%{_digits(text)}%"
    if sought.whole and "@" not in text and any(character.isalpha() for character in text):
        each = " AND ".join(EACH.format(word=f"word_{at}") for at in range(len(sought.words)))
        arms |= {name: rows.replace("{each}", each) for name, rows in NAMES.items()}
    if "@" not in text:
        arms |= search_sql.spelt(sought.spelt)
    if _TWO_LETTERS.match(text):
        return search_sql.statement(exact=exact, arms=arms), params
    if "@" in text or text.isascii() or ("." in text and not _CHINESE.search(text)):
        arms["email"] = POINTS.format(kind="email")
        params["email"] = f"%{_escape(text.lower())}%"
    return search_sql.statement(exact=exact, arms=arms), params


def _numbers(text: str) -> tuple[list[str], dict[str, str]]:
    """What finds customers by a number of theirs."""
    exact, params = list[str](), dict[str, str]()
    for at, (rows, values) in enumerate(search_arms(text)):
        named = {f"other_{at}_{number}": value for number, value in enumerate(values)}
        exact.append(reduce(lambda sql, name: sql.replace("%s", f"%({name})s", 1), named, rows))
        params |= named
    if any(character.isdigit() for character in text):
        exact.append(KNOWN_AS)
        params |= {**tax_keys(text), "number": text, "number_in_capitals": text.upper()}
    return exact, params


def _escape(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _relevance(sought: _Folded, exact: list[int]) -> RawSQL:
    values = {**sought.patterns, **sought.spelt, "exact": exact}
    spelt = _SPELLING if sought.spelt else ""
    named = _RELEVANCE.format(fit=fit(is_exact=_NUMBERED, name="customers_customer.search", spelt=spelt))
    params = [values[name] for name in re.findall(r"%\((\w+)\)s", named)]
    placed = re.sub(r"%\(\w+\)s", "%s", named)
    return RawSQL(placed, params, output_field=models.TextField())  # noqa: S611 - constants and parameters
