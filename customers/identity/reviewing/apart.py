"""Who is not the same: said by a person, for ever, or shown by an undone merge.

It is said of two customers as they were. Whoever has become one with either is apart from whoever has become one with
the other, as long as they are: merges in any order, and undos, end in what was said.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Self

from django.db.models import Q

from customers.models import Match, Merge

Two = tuple[int, int]


class Apart:
    """Groups of customers, each named by its root, that are not one; grows as groups become one."""

    def __init__(self, pairs: Iterable[Two]) -> None:
        self._from: dict[int, set[int]] = defaultdict(set)
        for left, right in pairs:
            self._add(left, right)

    @classmethod
    def said(cls) -> Self:
        """By people."""
        return cls(_by_root(Match.objects.filter(state=Match.State.DIFFERENT).values_list("left_id", "right_id")))

    @classmethod
    def for_rules(cls) -> Self:
        """By people, also by having taken a merge apart: no rule joins these again."""
        said = Match.objects.filter(state=Match.State.DIFFERENT).values_list("left_id", "right_id")
        undone = Merge.objects.exclude(Merge.ACTIVE).values_list("survivor_id", "absorbed_id")
        return cls(_by_root([*said, *undone]))

    def holds(self, left: int, right: int) -> bool:
        return right in self._from.get(left, ())

    def unite(self, survivor: int, absorbed: int) -> None:
        """The absorbed is one with the survivor now."""
        for other in self._from.pop(absorbed, set()):
            self._from[other].discard(absorbed)
            self._add(survivor, other)

    def _add(self, left: int, right: int) -> None:
        if left != right:
            self._from[left].add(right)
            self._from[right].add(left)


def said_of(left: int, right: int) -> Match | None:
    """What somebody said of two who are there: that they, or whom they absorbed, are not the same; two queries."""
    groups: dict[int, list[int]] = {left: [left], right: [right]}
    for root, absorbed in Merge.objects.filter(Merge.ACTIVE, root_id__in=groups).values_list("root_id", "absorbed_id"):
        groups[root].append(absorbed)
    one, other = groups[left], groups[right]
    across = Q(left_id__in=one, right_id__in=other) | Q(left_id__in=other, right_id__in=one)
    return Match.objects.filter(across, state=Match.State.DIFFERENT).select_related("decided_by").first()


def apart_from(customer: int) -> set[int]:
    """Those of whom somebody said that they are not the same as one who is there; four queries."""
    group = [customer, *Merge.objects.filter(Merge.ACTIVE, root_id=customer).values_list("absorbed_id", flat=True)]
    different = Match.objects.filter(state=Match.State.DIFFERENT)
    others = {
        *different.filter(left_id__in=group).values_list("right_id", flat=True),
        *different.filter(right_id__in=group).values_list("left_id", flat=True),
    }
    roots = dict(Merge.objects.filter(Merge.ACTIVE, absorbed_id__in=others).values_list("absorbed_id", "root_id"))
    return {roots.get(other, other) for other in others} - {customer}


def _by_root(pairs: Iterable[Two]) -> list[Two]:
    pairs = list(pairs)
    ids = {customer for two in pairs for customer in two}
    roots = dict(Merge.objects.filter(Merge.ACTIVE, absorbed_id__in=ids).values_list("absorbed_id", "root_id"))
    return [(roots.get(left, left), roots.get(right, right)) for left, right in pairs]
