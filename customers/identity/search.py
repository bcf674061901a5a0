"""Customers by a fragment of what one knows of them: name, words of it in any order, phone, e-mail, tax ID, number.

Each arm is one index probe and stops after `CAP` rows, so that a fragment everybody has (`ltd`, 公司) costs no more
than a rare one. Names that begin with the text have an arm (and a b-tree) of their own, so they are never crowded out.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from customers.identity.normalising import normalise_tax_id
from customers.models import Customer
from customers.querysets.customers import CustomerQuerySet
from customers.registry.search import search_arms

CAP: Final = 300
MIN_LATIN, MIN_CHINESE, MIN_DIGITS = 3, 2, 4
_CHINESE = re.compile("[\u3400-\u9fff]")
_PHONE = re.compile(r"^[\d\s()+./-]+$")

_FOLDED = "substr(crm_fold(crm_norm(%s)), 2)"
NAMES = f"""
(SELECT id FROM customers_customer WHERE search LIKE ' ' || {_FOLDED} || '%%' LIMIT {CAP})
UNION (SELECT id FROM customers_customer WHERE search LIKE '%%' || {_FOLDED} || '%%' LIMIT {CAP})
UNION (SELECT customer_id FROM customers_contact WHERE search LIKE '%%' || {_FOLDED} || '%%' LIMIT {CAP})
"""  # noqa: S608 - constants
POINTS = f"""
SELECT customer_id FROM (
  SELECT customer_id FROM customers_contactpoint WHERE kind = '{{kind}}' AND normalised LIKE %s LIMIT {CAP}
) AS found
"""  # noqa: S608 - constants
# Each word somewhere in the name, whatever their order. The long ones are looked up, the others only compared.
WORDS = """
(SELECT id FROM customers_customer WHERE {each} LIMIT {cap})
UNION (SELECT customer_id FROM customers_contact WHERE {each} LIMIT {cap})
"""
WORD = f"search LIKE '%%' || {_FOLDED} || '%%'"
MOST_WORDS: Final = 8
# What a source calls a customer: a probe for each source, of which there are few.
KNOWN_AS = """
SELECT id FROM customers_customer WHERE link_key = %s
UNION SELECT known.customer_id FROM customers_sourcesystem system
  JOIN customers_sourcerecord known ON known.system_id = system.id AND known.kind = 'customers'
    AND known.external_id IN (%s, %s)
  WHERE known.customer_id IS NOT NULL
"""
# 1, 2 or 3 and the name, as a text to sort by. The patterns are constants once planned.
RELEVANCE = f"""
CASE WHEN customers_customer.search LIKE ' ' || {_FOLDED} || '%%' THEN '1'
     WHEN customers_customer.search LIKE '%% ' || {_FOLDED} || '%%' THEN '2' ELSE '3' END || customers_customer.search
"""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a search text asks for; `hint` says why nothing can be looked for."""

    text: str
    hint: str = ""

    @property
    def is_possible(self) -> bool:
        return bool(self.text) and not self.hint


def read(text: str) -> Sought:
    """`text` as typed. At least 3 Latin or 2 Chinese characters, or 4 digits; NUL and surplus blanks are dropped."""
    text = " ".join(text.replace("\x00", " ").split())[:200]
    if not text:
        return Sought(text="")
    if _is_long_enough(text):
        return Sought(text=text)
    return Sought(text=text, hint=_("Type at least 3 letters, 2 Chinese characters or 4 digits."))


def _is_long_enough(text: str) -> bool:
    if len(_CHINESE.findall(text)) >= MIN_CHINESE:
        return True
    if _PHONE.match(text):
        return len(_digits(text)) >= MIN_DIGITS
    return sum(character.isalnum() for character in text) >= MIN_LATIN


def _digits(text: str) -> str:
    """Digits as E.164 holds them: no blanks, no international or national leading zeros."""
    return re.sub(r"\D", "", text).lstrip("0")


def matching(customers: CustomerQuerySet[Customer], sought: Sought) -> CustomerQuerySet[Any]:
    """Customers found by any arm, each arm the first 300; `relevance` orders them: names that begin with the text,
    names with a word that does, the others; within each by name.
    """
    if not sought.is_possible:
        return customers.none()
    statement, params = _arms(sought.text)
    found = customers.filter(pk__in=RawSQL(statement, params))  # noqa: S611 - constants and parameters
    return found.annotate(relevance=_relevance(sought.text))


def _arms(text: str) -> tuple[str, list[str]]:
    statements, params = ["SELECT NULL::bigint WHERE false"], list[str]()
    for statement, values in search_arms(text):
        statements.append(statement)
        params += values
    if _PHONE.match(text):
        statements.append(POINTS.format(kind="phone"))
        params.append(f"%{_digits(text)}%")
    if "@" in text or ("." in text and not _CHINESE.search(text)) or text.isascii():
        statements.append(POINTS.format(kind="email"))
        params.append(f"%{_escape(text.lower())}%")
    if "@" not in text and any(character.isalpha() for character in text):
        statements.append(NAMES)
        params += [text, text, text]
        for statement, values in _in_any_order(text.split()[:MOST_WORDS]):
            statements.append(statement)
            params += values
    if any(character.isdigit() for character in text):
        statements.append(KNOWN_AS)
        params += [f"tax:{normalise_tax_id(text)}", text, text.upper()]
    return " UNION ".join(statements), params


def _in_any_order(words: list[str]) -> list[tuple[str, list[str]]]:
    """Nothing for one word, which is looked for as it stands, or where none is long enough to be looked up."""
    if len(words) < 2 or not any(map(_is_long_enough, words)):
        return []
    return [(WORDS.format(each=" AND ".join([WORD] * len(words)), cap=CAP), words * 2)]


def _escape(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _relevance(text: str) -> RawSQL:
    return RawSQL(RELEVANCE, [text, text], output_field=models.TextField())  # noqa: S611 - constants and parameters
