"""What the pages of duplicates show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from accounts.access import Reader
from accounts.models import User
from crm.common.paging import Page, keyset_page
from customers.identity.reviewing.apart import said_of
from customers.identity.reviewing.queue import Narrowing, last_decision, to_decide
from customers.identity.reviewing.words import Reason, reasons
from customers.models import BANDS, Customer, Match, Merge
from customers.page.duplicates.comparing import NOTHING, Pair, find_pair


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody looks at: which of the proposals, and after which of them."""

    narrowing: Narrowing
    after: str = ""

    @classmethod
    def of(cls, said: QueryDict) -> "Asked":
        band, kind = said.get("band", ""), said.get("kind", "")
        narrowing = Narrowing(
            band=band if band in BANDS else "",
            kind=kind if kind in Customer.Kind.values else "",
            is_later=said.get("show") == "later",
        )
        return cls(narrowing=narrowing, after=said.get("after", ""))

    def query(self, **changed: str) -> str:
        """For links; `after` goes along only where it is said."""
        show = "later" if self.narrowing.is_later else ""
        said = {"band": self.narrowing.band, "kind": self.narrowing.kind, "show": show, **changed}
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A pair to be decided. `following`: the place of the next; `said`: that they, or whom they absorbed, are two."""

    match: Match
    pair: Pair
    reasons: list[Reason]
    following: str
    said: Match | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """Of a list: a proposal or a decision, and the two; None who is not there any more."""

    match: Match
    left: Customer | None
    right: Customer | None
    merge: Merge | None = None


def find_shown(*, reader: Reader, asked: Asked) -> Shown | None:
    """The first after the place; after the last one begins anew."""
    found = to_decide(reader=reader, narrowing=asked.narrowing)
    page = keyset_page(found, sort="-score", cursor=asked.after, size=1)
    if asked.after and not page.rows:
        page = keyset_page(found, sort="-score", size=1)
    return show(reader=reader, match=page.rows[0], following=page.next_cursor) if page.rows else None


def show(
    *, reader: Reader, match: Match, following: str = "", survivor_id: int = 0, said: Mapping[str, str] = NOTHING
) -> Shown | None:
    """None where one of the two is not there. `survivor_id`, `said`: what somebody has chosen already."""
    two = {"left_id": match.left_id, "right_id": match.right_id}
    pair = find_pair(reader=reader, **two, survivor_id=survivor_id, said=said)
    if pair is None:
        return None
    apart = said_of(match.left_id, match.right_id)
    return Shown(match=match, pair=pair, reasons=reasons(match), following=following, said=apart)


def last_of(user: User) -> Row | None:
    """What they decided last, to be taken back."""
    match = last_decision(user=user)
    return rows_of([match], reader=user)[0] if match else None


def rows_of(matches: Sequence[Match], *, reader: Reader) -> list[Row]:
    """Two queries."""
    ids = {pk for match in matches for pk in (match.left_id, match.right_id)}
    there = Customer.objects.visible_to(reader).in_bulk(ids)
    merges = Merge.objects.defer("snapshot", "gave", "moved").in_bulk(
        [match.merge_id for match in matches if match.merge_id]
    )
    return [
        Row(
            match=match,
            left=there.get(match.left_id),
            right=there.get(match.right_id),
            merge=merges.get(match.merge_id or 0),
        )
        for match in matches
    ]


def name_of(row: Row, side: str) -> str:
    """Of who is not there any more, as they were called when they were absorbed, else their number."""
    customer: Customer | None = getattr(row, side)
    pk: Any = getattr(row.match, f"{side}_id")
    if customer is not None:
        return customer.name
    return row.merge.name if row.merge and row.merge.absorbed_id == pk else f"#{pk}"


def names_of(row: Row) -> str:
    return f"{name_of(row, 'left')} = {name_of(row, 'right')}"


def page_of_proposals(*, reader: Reader, asked: Asked, cursor: str) -> tuple[list[Row], Page[Match]]:
    page = keyset_page(to_decide(reader=reader, narrowing=asked.narrowing), sort="-score", cursor=cursor)
    return rows_of(page.rows, reader=reader), page
