"""A customer's timeline: the entries of all sources in one order, page by page, none twice and none lost.

Entries are ordered by moment, then by the key of their source, then by their own, all descending. A cursor is the
place of the last one shown; each source is asked for what comes after it, one entry more than a page holds. Sources
whose rows lie in tables are read by one statement.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from crm.common.company.current import company
from crm.common.days import day_of, today
from customers.models import Customer
from customers.models.wording import is_chinese
from customers.page.sql import statement
from customers.registry.page import Before, Happened, TimelineEntry, TimelineSource, timeline_sources

PAGE_SIZE: Final = 20
LARGEST_KEY: Final = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """`next_cursor` is empty where there is nothing earlier."""

    entries: list[TimelineEntry]
    next_cursor: str


@dataclass(frozen=True, order=True)
class Place:
    """Where an entry stands; a larger place comes first."""

    at: datetime
    source: str
    pk: int

    def before(self, source: str) -> Before:
        """As the source of that key understands it."""
        if source == self.source:
            return Before(self.at, self.pk)
        return Before(self.at, None if source < self.source else 0)

    @property
    def cursor(self) -> str:
        text = json.dumps([self.at.isoformat(), self.source, self.pk], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """`kind`: one of `KINDS`; `part`: of contacts, the channel; `text`: what entries must contain."""

    kind: str = ""
    part: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.kind or self.text)


EVERYTHING: Final = Narrowing()


def timeline(*, customer: Customer, user: User, cursor: str, narrowing: Narrowing = EVERYTHING) -> Timeline:
    """One query, and those of sources that lie in no table."""
    place = find_place(cursor)
    sources = [one for one in timeline_sources(user) if not narrowing.kind or one.kind == narrowing.kind]
    found = _read(sources, customer, user, place, narrowing)
    if not narrowing.text:
        found += [
            (Place(entry.at, source.key, entry.pk), entry)
            for source in sources
            for entry in _asked(source, customer, user, place)
        ]
    return _page(found)


def _asked(source: TimelineSource, customer: Customer, user: User, place: Place | None) -> list[TimelineEntry]:
    if source.entries is None:
        return []
    return source.entries(customer, user, place.before(source.key) if place else None, PAGE_SIZE + 1)


def _read(
    sources: list[TimelineSource], customer: Customer, user: User, place: Place | None, narrowing: Narrowing
) -> list[tuple[Place, TimelineEntry]]:
    rows = {one.key: one.rows for one in sources if one.rows and (one.rows.found or not narrowing.text)}
    if not rows:
        return []
    text = statement(rows, goes_on=place is not None, searched=bool(narrowing.text), part=bool(narrowing.part))
    with connection.cursor() as cursor:
        cursor.execute(text, {**_asks(customer, user, narrowing), **(_goes_on(place, rows) if place else {})})
        found = cursor.fetchall()
    return [
        (Place(at, source, pk), rows[source].entry(Happened(pk=pk, at=at, facts=_facts(facts)), user))
        for source, pk, at, facts in found
    ]


def _facts(facts: str | dict[str, Any]) -> dict[str, Any]:
    return (
        json.loads(facts, parse_float=Decimal) if isinstance(facts, str) else facts
    )  # as Django has it, jsonb comes as text


def _asks(customer: Customer, user: User, narrowing: Narrowing) -> dict[str, Any]:
    escaped = narrowing.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "customer": customer.pk,
        "limit": PAGE_SIZE + 1,
        "zone": company().time_zone,
        "reader": user.pk,
        "today": today(),
        "is_chinese": is_chinese(),
        "pattern": f"%{escaped}%",
        "part": narrowing.part,
    }


def _goes_on(place: Place, sources: Iterable[str]) -> dict[str, Any]:
    keys = [place.before(source).pk for source in sources]
    last = {f"pk_{at}": LARGEST_KEY if key is None else key for at, key in enumerate(keys)}
    return {"at": place.at, "day": day_of(place.at), **last}


def _page(found: list[tuple[Place, TimelineEntry]]) -> Timeline:
    found.sort(key=lambda one: one[0], reverse=True)
    shown = found[:PAGE_SIZE]
    return Timeline(
        entries=[entry for _place, entry in shown],
        next_cursor=shown[-1][0].cursor if len(found) > PAGE_SIZE else "",
    )


def find_place(cursor: str) -> Place | None:
    """None, and so the first page, for a cursor that cannot be read."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, source, pk = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        moment = parse_datetime(at)
    except (ValueError, TypeError, binascii.Error):
        return None
    known = isinstance(source, str) and isinstance(pk, int) and 0 <= pk <= LARGEST_KEY
    return Place(moment, source, pk) if moment and timezone.is_aware(moment) and known else None
