"""Mails whose text is made at the moment of sending: whoever knows the kind registers its writer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Letter:
    subject: str
    body: str
    html: str = ""


Writer = Callable[[str, Mapping[str, Any]], Letter | None]
"""(recipient, data) → the letter in the active language, or None when there is nothing to send."""

_writers: dict[str, Writer] = {}


class NoWriter(LookupError):
    """A mail of a kind that nobody registered."""


def register_writer(kind: str, writer: Writer) -> None:
    _writers[kind] = writer


def writer_of(kind: str) -> Writer:
    try:
        return _writers[kind]
    except KeyError:
        raise NoWriter(kind) from None
