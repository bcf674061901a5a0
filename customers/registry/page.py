"""The page of a customer: tabs, actions, panels, and what its timeline is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Expression, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer

Rows = TypeVar("Rows", bound=QuerySet[Any])
Reader = User | AnonymousUser
Context = Callable[[HttpRequest, Customer], dict[str, Any] | None]
Reads = Callable[[Reader], Mapping[str, Any]]
"""Of a reader: annotations of the customer by name, which depend on nothing but the reader and the day."""


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
    """A button in the page's head: `url_name` takes the customer's id, `icon` names a Tabler icon.

    `parameter`: the address is none of a customer's, and takes the id as this parameter of its query. `shortcut`: the
    letter that presses it. `of_erased`: it makes sense of somebody who was erased on request, too.
    """

    key: str
    label: str | Promise
    url_name: str
    icon: str
    parameter: str = ""
    shortcut: str = ""
    permission: str = ""
    order: int = 100
    of_erased: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A card in the side column of the customer page.

    `context` gets the request and the customer and gives the template's variables, or None to show nothing; it may
    ask the database a fixed number of times. `reads` says what of it can be read with the customer instead, as
    annotations by name: the page asks no more often for it. `permission` (`app.codename`) hides it from those without.
    """

    key: str
    title: str | Promise
    template: str
    context: Context
    reads: Reads | None = None
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class EntryAction:
    """Something to do with an entry: a link, or a button where it `posts`."""

    label: str
    url: str
    icon: str
    posts: bool = False


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """Something that happened to a customer, as the timeline shows it. `pk`: its row's, unique within its source.

    `title` is a sentence, which `url` leads on from; `about` stands behind it, `notes` follow dimmed, one after the
    other. `colour` is one of Tabler's. `is_day`: `at` is the last instant of a day of which no time is known.
    """

    at: datetime
    pk: int
    icon: str
    title: str
    about: str = ""
    text: str = ""
    notes: tuple[str, ...] = ()
    colour: str = "secondary"
    url: str = ""
    channel: str = ""
    is_day: bool = False
    is_bad: bool = False
    actions: tuple[EntryAction, ...] = ()
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
class Happened:
    """A row of a source: its key, its moment, and the `facts` that were declared."""

    pk: int
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SourceRows:
    """Rows `f` of a table, in SQL, so that one statement reads all sources, each by one probe of an index.

    `table` may join what `customer`, `at` and `part` need; `facts`, by name, may also use `joins`, which only the rows
    that are shown go through. `at`: when it happened; with `is_day` a date, and the entry is the last of its day.
    `found`: a condition with `%(pattern)s`, for ILIKE; without it a search passes the source over. `key`: a number
    of the row's own. `part`: what chips below the kind narrow to. Parameters: `%(reader)s`, `%(today)s`,
    `%(is_chinese)s`.
    """

    table: str
    at: str
    facts: Mapping[str, str]
    key: str = "f.id"
    customer: str = "f.customer_id"
    where: str = ""
    joins: str = ""
    found: str = ""
    part: str = ""
    is_day: bool = False


@dataclass(frozen=True, kw_only=True)
class EntryRows(SourceRows):
    """Rows that are entries of the timeline."""

    entry: Callable[[Happened, Reader], TimelineEntry]


@dataclass(frozen=True, kw_only=True)
class TimelineSource:
    """What the timeline is made of. `kind`: the chip that shows it, one of `KINDS`; `rows`: where its entries lie.

    What lies in no table gives `entries(customer, reader, before, limit)` instead: the newest first (of one moment, the
    larger key first), at most `limit` of them, those the reader may see; `before` None begins with the newest. It is
    asked once a page of the timeline, and not when the timeline is searched.
    """

    key: str
    kind: str = ""
    rows: EntryRows | None = None
    entries: Callable[[Customer, Reader, Before | None, int], list[TimelineEntry]] | None = None
    permission: str = ""


KINDS: Final[dict[str, str | Promise]] = {
    "contacts": _("Contacts"),
    "orders": _("Orders"),
    "invoices": _("Invoices and payments"),
    "repairs": _("Repairs"),
    "surveys": _("Surveys"),
    "tier": _("Tier"),
    "tasks": _("Tasks"),
    "notes": _("Notes"),
    "files": _("Files"),
}
"""What the timeline can be narrowed to, in the order of its chips; those are shown that somebody registers for."""


_tabs: Final[dict[str, Tab]] = {}
_actions: Final[dict[str, Action]] = {}
_panels: Final[dict[str, Panel]] = {}
_timeline_sources: Final[dict[str, TimelineSource]] = {}
_head: Final[dict[str, Reads]] = {}


def register_tab(tab: Tab) -> None:
    """Registering the same key again replaces it; so with the others."""
    _tabs[tab.key] = tab


def register_action(action: Action) -> None:
    _actions[action.key] = action


def register_panel(panel: Panel) -> None:
    _panels[panel.key] = panel


def register_in_head(name: str, read: Callable[[], Expression]) -> None:
    """What the head of every tab reads of the customer, with the customer: an annotation of that name."""
    _head[name] = lambda _reader: {name: read()}


def read_for_head() -> tuple[Reads, ...]:
    return tuple(_head.values())


def read_for_panels(reader: Reader) -> tuple[Reads, ...]:
    return tuple(panel.reads for panel in panels(reader) if panel.reads)


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
