"""The page of a customer: tabs, actions, panels, and what its timeline is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from accounts.models import User
from customers.models import Customer

Rows = TypeVar("Rows", bound=QuerySet[Any])
Reader = User | AnonymousUser
Context = Callable[[HttpRequest, Customer], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A part of the page with an address of its own: `url_name` takes the customer's id."""

    key: str
    label: str | Promise
    url_name: str
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button in the page's head: `url_name` takes the customer's id, `icon` names a Tabler icon."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    permission: str = ""
    order: int = 100


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
    """Something that happened to a customer, as the timeline shows it. `pk`: its row's, unique within its source."""

    at: datetime
    pk: int
    icon: str
    title: str
    text: str = ""
    channel: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """Where a page goes on: entries before `at`, and of those at that very moment the ones with a smaller key.

    `pk` None: all of that moment; 0: none of them.
    """

    at: datetime
    pk: int | None

    def narrow(self, rows: Rows, *, at: str) -> Rows:
        """The rows that come after the place, by their moment `at` and primary key; an index on both serves it."""
        if self.pk is None:
            return rows.filter(**{f"{at}__lte": self.at})
        earlier = rows.filter(**{f"{at}__lte": self.at})
        return earlier.exclude(Q(**{at: self.at}) & Q(pk__gte=self.pk))


@dataclass(frozen=True, kw_only=True)
class TimelineSource:
    """`entries(customer, reader, before, limit)`: the newest first (of one moment, the larger key first), at most
    `limit` of them, those the reader may see; `before` None begins with the newest.

    Asked once a page of the timeline while no filter is set.
    """

    key: str
    entries: Callable[[Customer, Reader, Before | None, int], list[TimelineEntry]]
    permission: str = ""


_tabs: Final[dict[str, Tab]] = {}
_actions: Final[dict[str, Action]] = {}
_panels: Final[dict[str, Panel]] = {}
_timeline_sources: Final[dict[str, TimelineSource]] = {}


def register_tab(tab: Tab) -> None:
    """Registering the same key again replaces it; so with the others."""
    _tabs[tab.key] = tab


def register_action(action: Action) -> None:
    _actions[action.key] = action


def register_panel(panel: Panel) -> None:
    _panels[panel.key] = panel


def register_timeline_source(source: TimelineSource) -> None:
    _timeline_sources[source.key] = source


Shown = TypeVar("Shown", Tab, Action, Panel)


def _for(reader: Reader, items: dict[str, Shown]) -> list[Shown]:
    allowed = [item for item in items.values() if not item.permission or reader.has_perm(item.permission)]
    return sorted(allowed, key=lambda item: (item.order, item.key))


def tabs(reader: Reader) -> list[Tab]:
    return _for(reader, _tabs)


def actions(reader: Reader) -> list[Action]:
    return _for(reader, _actions)


def panels(reader: Reader) -> list[Panel]:
    return _for(reader, _panels)


def timeline_sources(reader: Reader) -> list[TimelineSource]:
    """By key, which decides between entries of one moment."""
    found = [_timeline_sources[key] for key in sorted(_timeline_sources)]
    return [source for source in found if not source.permission or reader.has_perm(source.permission)]
