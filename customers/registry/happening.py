"""What can happen with a customer that whoever follows them wants to know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Happening:
    """`rows`: a SELECT of customer_id, at and by_id of what was recorded after `%(since)s` and up to `%(until)s`.

    `at` is when it was recorded, not when it happened: files bring what is of last week. `by_id`: the member of staff
    who did it, who need not be told. `words(n)`: "3 new contacts", in the active language. `order`: of the sentence.
    """

    key: str
    rows: str
    words: Callable[[int], str]
    order: int = 100


_happenings: Final[dict[str, Happening]] = {}


def register_happening(happening: Happening) -> None:
    """Registering the same key again replaces it."""
    _happenings[happening.key] = happening


def happenings() -> list[Happening]:
    return sorted(_happenings.values(), key=lambda one: (one.order, one.key))
