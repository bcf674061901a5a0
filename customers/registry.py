"""What higher apps hang into this one: panels and timeline sources of the customer page, facts that carry a tier."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

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


for _fact in (
    TieredFact(table="customers_order"),
    TieredFact(
        table="customers_orderline",
        customer="o.customer_id",
        source="customers_order o",
        join="o.id = f.order_id",
    ),
    TieredFact(table="customers_invoice", day="f.due_on"),
    TieredFact(table="customers_interaction"),
    TieredFact(
        table="customers_call",
        customer="i.customer_id",
        source="customers_interaction i",
        join="i.id = f.interaction_id",
    ),
):
    register_tiered_fact(_fact)
