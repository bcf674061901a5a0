"""Who is one, of pairs that each may be: groups that their pairs hold together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Final

Pair = tuple[int, int]
Scored = tuple[int, int, float]
LARGEST: Final = 50
"""More records are not taken for one: what holds them together is no evidence."""
SURE: Final = 0.999999
"""No comparison is as sure as a record that is one already."""
DOUBT: Final = 0.01
"""A pair that was compared and is less probable speaks against those two being in one group."""


class _Groups:
    """Who is one so far; `scores` of the pairs that were compared."""

    def __init__(self, scores: Mapping[Pair, float], least: float) -> None:
        self._scores, self._least = scores, least
        self._of: dict[int, set[int]] = {}
        self.found: dict[Pair, float] = {}

    def join(self, left: int, right: int, score: float) -> None:
        mine, theirs = (self._of.setdefault(each, {each}) for each in (left, right))
        if mine is theirs or (score < 1 and (len(mine) + len(theirs) > LARGEST or self._speaks_against(mine, theirs))):
            return
        for pair in _across(mine, theirs):
            self.found[pair] = score if score == 1 else max(score, self._scores.get(pair, 0))
        mine |= theirs
        for each in theirs:
            self._of[each] = mine

    def _speaks_against(self, mine: set[int], theirs: set[int]) -> bool:
        compared = [self._scores[pair] for pair in _across(mine, theirs) if pair in self._scores]
        return sum(score >= self._least for score in compared) < sum(score < DOUBT for score in compared)


def grouped(pairs: Iterable[Scored], one: Iterable[Pair], *, least: float) -> Iterator[Scored]:
    """(left, right, score) of all pairs within groups, each once, left < right.

    `one`: those that are one already; they score 1. The most probable pairs are joined first. Two groups become one
    where, of their members that were compared, as many speak for it as against; who was not compared with one another
    has the score of the pair that brought them together.
    """
    scores = {(min(left, right), max(left, right)): min(score, SURE) for left, right, score in pairs}
    groups = _Groups(scores, least)
    for left, right in one:
        groups.join(left, right, 1.0)
    for (left, right), score in sorted(scores.items(), key=lambda each: (-each[1], each[0])):
        if score >= least:
            groups.join(left, right, score)
    for left, right in sorted(groups.found):
        yield left, right, groups.found[left, right]


def _across(mine: Iterable[int], theirs: Iterable[int]) -> Iterator[Pair]:
    return ((min(pair), max(pair)) for pair in product(mine, theirs))


def pairs_of(groups: Iterable[Iterable[int]]) -> Iterator[Pair]:
    for group in groups:
        yield from combinations(sorted(group), 2)


def by_customer(records: Iterable[tuple[int, int]]) -> list[list[int]]:
    """(record, customer) → records of each customer that has several."""
    found: dict[int, list[int]] = defaultdict(list)
    for record, customer in records:
        found[customer].append(record)
    return [each for each in found.values() if len(each) > 1]


def best_of_two(pairs: Iterable[Scored], compared: Iterable[Scored], owners: Mapping[int, int]) -> list[Scored]:
    """Of the pairs between two customers the most probable, for each two that are not one already."""
    scores = {(left, right): score for left, right, score in compared}
    best: dict[Pair, tuple[float, float, Scored]] = {}
    for pair in pairs:
        left, right, score = pair
        two = (min(owners[left], owners[right]), max(owners[left], owners[right]))
        told = (score, scores.get((min(left, right), max(left, right)), 0.0))
        if two[0] != two[1] and (two not in best or told > best[two][:2]):
            best[two] = (*told, pair)
    return [best[two][2] for two in sorted(best)]
