"""What is to be decided, the most probable first; what was, by whom, and how often proposals were right."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef

from accounts.access import Reader
from accounts.models import User
from customers.models import BANDS, Customer, Match
from customers.querysets.matching import MatchQuerySet

State = Match.State
COUNTED: Final = 99
JUDGED: Final = 200
"""So many of the last decisions of a band say how often it is right."""


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """`band`: a key of `BANDS`; `kind`: of customers; empty: all. `is_later`: those that were put off."""

    band: str = ""
    kind: str = ""
    is_later: bool = False


EVERYTHING: Final = Narrowing()


@dataclass(frozen=True, kw_only=True)
class Precision:
    """Of the last `decided` pairs of a band that people decided on, so many are merged."""

    band: str
    decided: int
    accepted: int


def to_decide(*, reader: Reader, narrowing: Narrowing) -> MatchQuerySet[Match]:
    """In no order; both customers are there. The indexes on the score serve it."""
    state = State.LATER if narrowing.is_later else State.PROPOSED
    found = _in_band(Match.objects.visible_to(reader).filter(state=state), narrowing.band)
    there = Customer.objects.visible_to(reader).order_by()
    found = found.filter(Exists(there.filter(pk=OuterRef("left_id"))), Exists(there.filter(pk=OuterRef("right_id"))))
    return found.filter(kind=narrowing.kind) if narrowing.kind else found


def open_count(*, reader: Reader, narrowing: Narrowing = EVERYTHING, most: int = COUNTED) -> int:
    """At most one more than `most` is counted."""
    return len(to_decide(reader=reader, narrowing=narrowing).values_list("pk")[: most + 1])


def decided(*, reader: Reader) -> MatchQuerySet[Match]:
    """The last first."""
    return Match.objects.visible_to(reader).filter(decided_at__isnull=False).select_related("decided_by")


def last_decision(*, user: User) -> Match | None:
    """Which of theirs somebody would take back first."""
    return decided(reader=user).filter(decided_by=user).order_by("-decided_at", "-pk").first()


def precision(*, reader: Reader) -> list[Precision]:
    """Of the bands on which anything was decided."""
    found = []
    for band in BANDS:
        told = _in_band(decided(reader=reader), band).filter(
            decided_by__isnull=False, run__isnull=False, state__in=(State.MERGED, State.DIFFERENT)
        )
        said = list(told.order_by("-decided_at", "-pk").values_list("state", flat=True)[:JUDGED])
        if said:
            found.append(Precision(band=band, decided=len(said), accepted=said.count(State.MERGED)))
    return found


def _in_band(found: MatchQuerySet[Match], band: str) -> MatchQuerySet[Match]:
    if band not in BANDS:
        return found
    least, below, _words = BANDS[band]
    return found.filter(score__gte=least, score__lt=below)


def of_two(*, reader: Reader, left_id: int, right_id: int) -> Match | None:
    """What is known of these two, in this order of their numbers."""
    return Match.objects.visible_to(reader).filter(left_id=left_id, right_id=right_id).first()


def proposed_with(*, reader: Reader, customer_id: int) -> list[int]:
    """Who may be the same as the customer, the most probable first."""
    both = Match.objects.visible_to(reader).filter(state__in=Match.OPEN)
    found = [
        *both.filter(left_id=customer_id).values_list("score", "right_id"),
        *both.filter(right_id=customer_id).values_list("score", "left_id"),
    ]
    return [other for _score, other in sorted(found, reverse=True)]
