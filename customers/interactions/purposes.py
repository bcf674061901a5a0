"""The words offered when a contact is logged: those that administrators keep, and purposes in use beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from customers.models import Outcome, Purpose

# The purposes in use, most frequent among the newest contacts first; reads the end of the primary key.
IN_USE = """
SELECT purpose FROM (SELECT id, purpose FROM customers_interaction ORDER BY id DESC LIMIT 1000) AS newest
WHERE purpose <> '' GROUP BY purpose ORDER BY count(*) DESC, purpose LIMIT 20
"""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """`purposes`: names in the reader's language; `keys`: any name or key in lower case → the key to record, `names`
    the way back.

    `outcomes`: (key, name); `solving`: the keys of those that settle the matter.
    """

    purposes: list[str]
    keys: Mapping[str, str]
    names: Mapping[str, str]
    outcomes: list[tuple[str, str]]
    solving: list[str]

    def key_of(self, purpose: str) -> str:
        """What to record for what was typed: the key of a known word, else the text itself."""
        return self.keys.get(purpose.lower(), purpose)

    def name_of(self, key: str) -> str:
        """What is shown of what was recorded."""
        return self.names.get(key.lower(), key)


def named() -> dict[str, str]:
    """Key in lower case → what administrators call it, in the reader's language."""
    return {word.key.lower(): str(word) for word in Purpose.objects.all()}


def offered() -> Offered:
    """Three queries."""
    known = list(Purpose.objects.all())
    keys = {text.lower(): word.key for word in known for text in (word.key, word.name, word.name_zh) if text}
    names = [str(word) for word in known if word.is_offered]
    others = [purpose for purpose in _in_use() if purpose.lower() not in keys]
    ends = list(Outcome.objects.filter(is_offered=True))
    return Offered(
        purposes=[*names, *others],
        keys=keys,
        names={word.key.lower(): str(word) for word in known},
        outcomes=[(word.key, str(word)) for word in ends],
        solving=[word.key for word in ends if word.is_solved],
    )


def _in_use() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(IN_USE)
        return [purpose for (purpose,) in cursor.fetchall()]
