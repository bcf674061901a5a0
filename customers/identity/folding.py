"""Texts as names are kept for searching: `crm_norm`, lower case without accents and signs, and `crm_fold` of it."""

import re
from collections.abc import Sequence
from typing import Final

from django.db import connection

_FOLD: Final = "SELECT crm_norm(text) FROM unnest(%s::text[]) WITH ORDINALITY t(text, at) ORDER BY at"
# Letters that only the database knows the accents of are left to it.
_PLAIN: Final = re.compile("[\x01-\x7f\u3400-\u4db5\u4e00-\u9fa5]*")
_SIGNS: Final = re.compile("[^0-9a-z\u3400-\u9fff]+")
_CHINESE: Final = re.compile("[\u3400-\u9fff]")


def normed(texts: Sequence[str]) -> list[str]:
    """Each as `crm_norm` writes it; a query unless all are of plain letters and Chinese characters."""
    if all(map(_PLAIN.fullmatch, texts)):
        return [_SIGNS.sub(" ", text.lower()).strip(" ") for text in texts]
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [list(texts)])
        return [found for (found,) in cursor.fetchall()]


def folded(norm: str) -> str:
    """What `crm_fold` makes of it, without the blank that it begins with: each Chinese character twice."""
    return _CHINESE.sub(lambda found: found[0] * 2, norm)
