"""What higher apps hang into this one: panels and timeline sources of the customer page, facts that carry a tier."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest
from django.utils.functional import Promise

from customers.models import Customer

Context = Callable[[HttpRequest, Customer], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A card in the side column of the customer page.

    `context` gets the request and the customer and gives the template's variables, or None to show nothing; it may
    ask the database a fixed number of times. `permission` (`app.codename`) hides it from those without.
    """

    key: str
    title: str | Promise
    template: str
    context: Context
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """Something that happened to a customer that is no interaction row, as the timeline shows it."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    channel: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TimelineSource:
    """`entries(customer, after, before, limit)`: newest first, with `after` ≤ at < `before` where these are given.

    Asked once a page of the timeline while no filter is set.
    """

    key: str
    entries: Callable[[Customer, datetime | None, datetime | None, int], list[TimelineEntry]]
    permission: str = ""


@dataclass(frozen=True, kw_only=True)
class TieredFact:
    """A table whose rows carry the customer's tier as of their day, for `retier` to rewrite.

    `customer` and `day` are expressions over the row `f`, or over `source` (`table alias`) joined on `join`.
    """

    table: str
    customer: str = "f.customer_id"
    day: str = "f.day"
    source: str = ""
    join: str = ""


_panels: Final[dict[str, Panel]] = {}
_timeline_sources: Final[dict[str, TimelineSource]] = {}
_tiered_facts: Final[dict[str, TieredFact]] = {}


def register_panel(panel: Panel) -> None:
    """Registering the same key again replaces it."""
    _panels[panel.key] = panel


def panels() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.key))


def register_timeline_source(source: TimelineSource) -> None:
    _timeline_sources[source.key] = source


def timeline_sources() -> list[TimelineSource]:
    return [_timeline_sources[key] for key in sorted(_timeline_sources)]


def register_tiered_fact(fact: TieredFact) -> None:
    """Rows of `fact.table` get the new `tier_id` from the day on which the customer's tier changes."""
    _tiered_facts[fact.table] = fact


def tiered_facts() -> list[TieredFact]:
    return list(_tiered_facts.values())


PointsChanged = Callable[[CursorWrapper], None]
"""Told in the transaction that changed contact points: `imp_changed_values` holds (kind, normalised, customer_id)."""

Moved = Callable[[CursorWrapper, list[int]], None]
"""Told in the transaction that gave customers what had been another's; with the ids of those who received."""

_points_changed: Final[list[PointsChanged]] = []
_moved: Final[list[Moved]] = []


def register_points_changed(listener: PointsChanged) -> None:
    if listener not in _points_changed:
        _points_changed.append(listener)


def points_changed(cursor: CursorWrapper) -> None:
    for listener in _points_changed:
        listener(cursor)


def register_moved(listener: Moved) -> None:
    if listener not in _moved:
        _moved.append(listener)


def moved(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    for listener in _moved:
        listener(cursor, customer_ids)


@dataclass(frozen=True, kw_only=True)
class SearchProvider:
    """Finds customers by what another room knows of them.

    `arm(text)` gives a SELECT of customer ids and its parameters, or None where the text cannot be such a thing; each
    must be an index probe that stops by itself.
    """

    key: str
    arm: Callable[[str], tuple[str, list[str]] | None]


_search_providers: Final[dict[str, SearchProvider]] = {}


def register_search_provider(provider: SearchProvider) -> None:
    _search_providers[provider.key] = provider


def search_arms(text: str) -> list[tuple[str, list[str]]]:
    arms = [_search_providers[key].arm(text) for key in sorted(_search_providers)]
    return [arm for arm in arms if arm is not None]
