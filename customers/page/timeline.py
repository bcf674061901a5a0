"""A customer's timeline: the entries of all sources in one order, page by page, none twice and none lost.

Sources whose rows lie in tables are read by one statement (`customers.page.reading`).
"""

from dataclasses import dataclass
from typing import Final

from accounts.models import User
from customers.models import Customer
from customers.page.reading import EVERYTHING, Narrowing, Place, find_place, read
from customers.registry.page import TimelineEntry, TimelineSource, timeline_sources

PAGE_SIZE: Final = 20


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """`next_cursor` is empty where there is nothing earlier."""

    entries: list[TimelineEntry]
    next_cursor: str


def timeline(*, customer: Customer, user: User, cursor: str, narrowing: Narrowing = EVERYTHING) -> Timeline:
    """One query, and those of sources that lie in no table."""
    place = find_place(cursor)
    sources = [one for one in timeline_sources(user) if not narrowing.kind or one.kind == narrowing.kind]
    rows = {one.key: one.rows for one in sources if one.rows and (one.rows.found or not narrowing.text)}
    read_rows = read(rows, customer, user, place, limit=PAGE_SIZE + 1, narrowing=narrowing)
    found = [(at, rows[at.source].entry(happened, user)) for at, happened in read_rows]
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


def _page(found: list[tuple[Place, TimelineEntry]]) -> Timeline:
    found.sort(key=lambda one: one[0], reverse=True)
    shown = found[:PAGE_SIZE]
    return Timeline(
        entries=[entry for _place, entry in shown],
        next_cursor=shown[-1][0].cursor if len(found) > PAGE_SIZE else "",
    )
