"""A customer's timeline: the entries of all sources in one order, page by page, none twice and none lost.

Entries are ordered by moment, then by the key of their source, then by their own, all descending. A cursor is the
place of the last one shown; each source is asked for what comes after it, one entry more than a page holds.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from customers.interactions.entries import entries_of
from customers.models import Customer, Interaction
from customers.querysets.interactions import InteractionQuerySet
from customers.registry.page import Before, TimelineEntry, TimelineSource, timeline_sources

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


def timeline(*, customer: Customer, user: User, cursor: str) -> Timeline:
    """One query a source."""
    place = find_place(cursor)
    found = [
        (Place(entry.at, source.key, entry.pk), entry)
        for source in timeline_sources(user)
        for entry in _asked(source, customer, user, place)
    ]
    return _page(found)


def narrowed_timeline(*, contacts: InteractionQuerySet[Interaction], user: User, cursor: str) -> Timeline:
    """Contacts alone, as a filter left them; one query."""
    place = find_place(cursor)
    rows = entries_of(contacts, user, place.before("contacts") if place else None, PAGE_SIZE + 1)
    return _page([(Place(entry.at, "contacts", entry.pk), entry) for entry in rows])


def _asked(source: TimelineSource, customer: Customer, user: User, place: Place | None) -> list[TimelineEntry]:
    return source.entries(customer, user, place.before(source.key) if place else None, PAGE_SIZE + 1)


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
