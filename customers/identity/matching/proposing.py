"""Looks for duplicates among all customers and says which records are, or may be, one."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Final, TextIO

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import locks
from crm.common.errors import DomainError
from customers.identity.matching import finding, kept, leftovers
from customers.identity.matching.grouping import Scored
from customers.identity.matching.joining import join
from customers.identity.matching.looking import Listener
from customers.identity.matching.records import customers_of, names_of
from customers.identity.matching.weighing import Weighed
from customers.identity.reviewing import runs, storing
from customers.identity.reviewing.apart import Apart
from customers.importing.exporting import find_systems, whole_or_not_at_all
from customers.models import Customer, MatchRun

Names = Mapping[int, tuple[str, str]]
HEADER: Final = ("left_source", "left_id", "right_source", "right_id", "score")


class BadScore(DomainError):
    """A score is a probability above 0, at most 1."""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """`pairs` of source records; `to_review`: of them those whose customers are two today."""

    pairs: int
    merged: int
    to_review: int


@dataclass(frozen=True, kw_only=True, order=True)
class Pair:
    """Two source records as they are named, left before right."""

    left: tuple[str, str]
    right: tuple[str, str]
    score: float


def match(
    *, sources: Sequence[str] = (), least: float = finding.LEAST, merge_from: float | None = None,
    pairs_out: Path | None = None, run: MatchRun | None = None, only_changed: bool = False,
) -> Matched:  # fmt: skip
    """Every pair of records that share a customer, or are one with a probability of at least `least`.

    Those that are two become proposals (`storing`); those of whom a person has said that they are not the same are left
    out. With `sources`: those with a side there. With `merge_from` those are merged that are one with this probability,
    and share a customer then. With `only_changed` those that hang together with what has changed since the last look
    (`kept`). `run` says how far it is; without one it makes its own. Raises `Busy` while another run is at it,
    `UnknownSource`, `BadScore`, `CannotWrite`.
    """
    if not 0 < least <= 1 or not (merge_from is None or 0 < merge_from <= 1):
        raise BadScore(_("A score is a number above 0, at most 1."))
    wanted = {system.key for system in find_systems(sources)}
    with locks.held(locks.MATCHING) as free:
        if not free:
            raise locks.Busy(_("Somebody is looking for duplicates already. Try again later."))
        run = run or runs.begin(how=MatchRun.How.COMMAND)
        with runs.failing(run):
            found, names, merged = _look(run, least, merge_from, wanted, only_changed=only_changed)
    pairs = _told(found, names, least)
    if pairs_out is not None:
        with whole_or_not_at_all(pairs_out) as target, TextIOWrapper(target, "utf-8", newline="") as text:
            _write(text, pairs)
    return Matched(pairs=len(pairs), merged=merged, to_review=sum(pair.score < 1 for pair in pairs))


def _look(
    run: MatchRun, least: float, merge_from: float | None, wanted: set[str], *, only_changed: bool
) -> tuple[list[Scored], Names, int]:  # fmt: skip
    storing.begin()
    leftovers.clear(now=timezone.now())
    seen, merged = _seen(min(least, merge_from or least), run, only_changed=only_changed), 0
    found = [pair for one in seen.values() for pair in one.pairs]
    names = names_of(_records(found))
    found = [pair for pair in found if _is_asked_for(names, pair, wanted)]
    if merge_from is not None:
        runs.reached(run, "merging", 0)
        merged = join((pair for pair in found if merge_from <= pair[2] < 1), storing.note_merge(run))
    apart = Apart.said()
    found = _without(found, apart)
    runs.reached(run, "storing", len(found))
    new, withdrawn = storing.propose(
        run, least=least, apart=apart, among={kind: one.customers for kind, one in seen.items()}
    )
    runs.end(run, total=len(found), proposed=new, withdrawn=withdrawn, merged=merged)
    return found, names, merged


class _Storing(Listener):
    """Writes down what was found of one kind of customers."""

    wants_evidence = True

    def __init__(self, run: MatchRun, kind: Customer.Kind) -> None:
        self._run, self._kind = run, kind

    def reached(self, stage: str, count: int) -> None:
        runs.reached(self._run, f"{self._kind.value} {stage}", count)

    def weighed(self, pairs: Iterable[Weighed], owners: Mapping[int, int]) -> None:
        storing.keep(self._kind, pairs, owners)


def _seen(least: float, run: MatchRun, *, only_changed: bool) -> dict[Customer.Kind, kept.Seen]:
    seen: dict[Customer.Kind, kept.Seen] = {}
    for kind in (Customer.Kind.PERSON, Customer.Kind.ORGANIZATION):
        runs.reached(run, f"{kind.value} reading", 0)
        seen[kind] = kept.look(kind, least=least, listener=_Storing(run, kind), only_changed=only_changed)
    return seen


def _without(found: Sequence[Scored], apart: Apart) -> list[Scored]:
    """Without those of whom one is no more."""
    owners = customers_of(_records(found))
    there = (pair for pair in found if pair[0] in owners and pair[1] in owners)
    return [pair for pair in there if not apart.holds(owners[pair[0]], owners[pair[1]])]


def _records(found: Sequence[Scored]) -> list[int]:
    return sorted({record for left, right, _score in found for record in (left, right)})


def _is_asked_for(names: Names, pair: Scored, wanted: set[str]) -> bool:
    """What has gone meanwhile is nobody's."""
    sides = [names.get(record) for record in pair[:2]]
    return None not in sides and (not wanted or any(side[0] in wanted for side in sides if side))


def _told(found: Sequence[Scored], names: Names, least: float) -> list[Pair]:
    """As things stand now: who was merged is one."""
    owners = customers_of(_records(found))
    pairs = [
        (left, right, 1.0 if owners.get(left) == owners.get(right) is not None else score)
        for left, right, score in found
    ]
    return sorted(
        Pair(left=min(names[left], names[right]), right=max(names[left], names[right]), score=score)
        for left, right, score in pairs
        if score >= least
    )


def _write(target: TextIO, pairs: Sequence[Pair]) -> None:
    rows = csv.writer(target, lineterminator="\n")
    rows.writerow(HEADER)
    rows.writerows((*pair.left, *pair.right, f"{pair.score:.6g}") for pair in pairs)
