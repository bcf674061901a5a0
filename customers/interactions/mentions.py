"""Colleagues named in a text: `@` and their name, in whatever case."""

import re
from collections.abc import Mapping, Sequence

from accounts.models import User

_AT = re.compile(r"(?<![0-9A-Za-z\u00c0-\u024f._@-])@(?=\S)")  # no e-mail address; Chinese needs no space before
_LATIN = re.compile(r"[0-9A-Za-z\u00c0-\u024f]")


def mentioned(text: str) -> list[User]:
    """Those who work here and are named, each once, in the order of the text; one query where there is an `@`."""
    places = [match.end() for match in _AT.finditer(text)]
    if not places:
        return []
    users = User.objects.filter(is_active=True).order_by("-pk")
    named = {str(user).lower(): user for user in users}  # of two of one name the first
    lengths = sorted({len(str(user)) for user in users}, reverse=True)
    found = [_named_at(text, place, named, lengths) for place in places]
    return list(dict.fromkeys(user for user in found if user is not None))


def _named_at(text: str, place: int, named: Mapping[str, User], lengths: Sequence[int]) -> User | None:
    """The longest name that stands there; of a name in Latin letters the whole last word."""
    for length in lengths:
        user = named.get(text[place : place + length].lower())
        if user is not None:
            after = text[place + length : place + length + 1]
            if not (_LATIN.match(str(user)[-1]) and _LATIN.match(after)):
                return user
    return None
