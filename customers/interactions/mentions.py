"""Colleagues named in a text: `@` and their name, in whatever case."""

import re

from accounts.models import User

_AT = re.compile(r"(?<![0-9A-Za-z\u00c0-\u024f._@-])@(?=\S)")  # no e-mail address; Chinese needs no space before
_LATIN = re.compile(r"[0-9A-Za-z\u00c0-\u024f]")


def mentioned(text: str) -> list[User]:
    """Those who work here and are named, each once, in the order of the text; one query where there is an `@`."""
    places = [match.end() for match in _AT.finditer(text)]
    if not places:
        return []
    users = sorted(User.objects.filter(is_active=True), key=lambda user: (-len(str(user)), user.pk))
    found = [_named_at(text, place, users) for place in places]
    return list(dict.fromkeys(user for user in found if user is not None))


def _named_at(text: str, place: int, users: list[User]) -> User | None:
    """The longest name that stands there; of a name in Latin letters the whole last word."""
    for user in users:
        name = str(user)
        if text[place : place + len(name)].lower() == name.lower():
            after = text[place + len(name) : place + len(name) + 1]
            if not (_LATIN.match(name[-1]) and _LATIN.match(after)):
                return user
    return None
