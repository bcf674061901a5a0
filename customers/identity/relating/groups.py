"""Which groups follow from what was said. Nothing here reads or writes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from customers.models import Relation

PARENT: Final = Relation.Kind.PARENT


@dataclass(frozen=True, kw_only=True)
class Said:
    """A relation as it was said, of customers as they were numbered then."""

    pk: int
    customer_id: int
    to_id: int
    at: datetime

    @property
    def order(self) -> tuple[datetime, int]:
        return self.at, self.pk


@dataclass(frozen=True, kw_only=True)
class Place:
    root_id: int
    parent_id: int | None = None


def place(kind: str, said: Iterable[Said], became: Mapping[int, int]) -> dict[int, Place]:
    """Of each customer who belongs to somebody, where. `became`: with whom those who were absorbed are one.

    What is said of two that are one by now says nothing.
    """
    ends = [(one, became.get(one.customer_id, one.customer_id), became.get(one.to_id, one.to_id)) for one in said]
    apart = [(one, below, above) for one, below, above in ends if below != above]
    return _trees(apart) if kind == PARENT else _circles((below, above) for _one, below, above in apart)


Ends = tuple[Said, int, int]


def _trees(apart: list[Ends]) -> dict[int, Place]:
    """One parent each. Of a survivor what was said of them goes before what was said of whom they absorbed, the later
    before the earlier; where a merge has bent a line into a circle, what was said last in it does not count.
    """
    above: dict[int, Ends] = {}
    for end in apart:
        if end[1] not in above or _weight(end) > _weight(above[end[1]]):
            above[end[1]] = end
    for start in sorted(above):
        if circle := _circle(above, start):
            del above[max(circle, key=lambda one: above[one][0].order)]
    members = {one for end in above.values() for one in end[1:]}
    return {one: Place(root_id=_top(above, one), parent_id=above[one][2] if one in above else None) for one in members}


def _weight(end: Ends) -> tuple[bool, datetime, int]:
    said, below, _above = end
    return (said.customer_id == below, *said.order)


def _circle(above: Mapping[int, Ends], start: int) -> list[int]:
    """Those of the circle that the line up from there runs into."""
    line: list[int] = []
    one = start
    while one in above:
        if one in line:
            return line[line.index(one) :]
        line.append(one)
        one = above[one][2]
    return []


def _top(above: Mapping[int, Ends], one: int) -> int:
    while one in above:
        one = above[one][2]
    return one


def _circles(pairs: Iterable[tuple[int, int]]) -> dict[int, Place]:
    """All who are together with somebody who is together with them, and so on."""
    beside: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        beside[one].add(other)
        beside[other].add(one)
    placed: dict[int, Place] = {}
    for root in sorted(beside):
        waiting = [root] if root not in placed else []
        while waiting:
            one = waiting.pop()
            if one not in placed:
                placed[one] = Place(root_id=root)
                waiting += beside[one]
    return placed
