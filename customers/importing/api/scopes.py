"""What a token may do, as words: `read`, `write`, or either of one kind (`write:orders`)."""

import re
from typing import Final

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing.registry import ImportSpec, UnknownKind, specs

VERBS: Final = ("read", "write")
ALL: Final = "read write"
LONGEST: Final = 1000


class BadScope(DomainError):
    """A word that says nothing a token could do."""


def offered() -> list[ImportSpec]:
    """The kinds the API takes: those of tabular rows, by name."""
    return [spec for spec in specs() if spec.columns and not spec.read and not spec.apply]


def get_offered(kind: str) -> ImportSpec:
    """Raises `UnknownKind` naming those there are."""
    found = {spec.kind: spec for spec in offered()}
    if kind not in found:
        raise UnknownKind(
            _("“%(kind)s” is no kind of the API; there are: %(kinds)s")
            % {"kind": kind[:60].replace("\0", "␀"), "kinds": ", ".join(found)}
        )
    return found[kind]


def parse(text: str) -> str:
    """The words in one order, each once; nothing said is everything. Raises `BadScope`, `UnknownKind`."""
    words = set(filter(None, re.split(r"[\s,]+", text))) or set(ALL.split())
    for word in words:
        verb, colon, kind = word.partition(":")
        if verb not in VERBS:
            raise BadScope(_("“%(word)s” is no scope; there are: read, write, read:KIND, write:KIND") % {"word": word})
        if colon:
            get_offered(kind)
    found = " ".join(sorted(word for word in words if ":" not in word or word.partition(":")[0] not in words))
    if len(found) > LONGEST:
        raise BadScope(_("The scope is too long."))
    return found


def allows(scope: str, verb: str, kind: str) -> bool:
    words = scope.split()
    return verb in words or f"{verb}:{kind}" in words
