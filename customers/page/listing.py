"""A page of the customer list with what each row shows."""

from dataclasses import dataclass
from typing import Final, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef

from accounts.access import Reader
from crm.common.admin import estimated_count
from crm.common.lists.state import RELEVANCE, State
from crm.common.paging import Page, keyset_page
from customers.identity import search
from customers.models import Customer, CustomerTag
from customers.querysets.customers import CustomerQuerySet

EXACT_UP_TO = 10_000
GROUPED: Final = ("tier__rank", "owner__name")
SHOWN: Final = (
    "name", "search", "kind", "email", "phone", "city", "country", "industry", "language", "last_contact_at",
    "created_at", "tier__key", "tier__name", "tier__colour", "tier__rank", "owner__name", "owner__email", "team__name",
    "figures__revenue", "figures__profit", "figures__overdue",
)  # fmt: skip
"""What rows are made of; what else a cell asked for would be a query a row."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    page: Page[Customer]
    count: int
    is_estimate: bool
    is_capped: bool = False
    """More may fit than the search looks for."""

    @property
    def rows(self) -> list[Customer]:
        return self.page.rows


def meant(state: State, reader: Reader) -> CustomerQuerySet[Customer]:
    """The customers the list stands for, in no order; none where it is unclear who is meant."""
    customers = state.narrow(Customer.objects.visible_to(reader))
    if not state.search:
        return customers
    return search.matching(customers, search.read(state.search), most=most_found(state))


def most_found(state: State) -> int:
    """So many a search finds: of those ordered by how well they fit no more than anybody leafs through."""
    if state.conditions.items:
        return search.WIDE
    return search.BEST if state.sort == RELEVANCE else search.CAP


def listing(customers: CustomerQuerySet[Customer], *, order_by: str, cursor: str, most: int = 0) -> Listing:
    """`most`: so many a search finds. Its count comes with the rows, and where it found so many is "at least"."""
    shown = customers.select_related("tier", "owner", "team", "figures").only(*SHOWN)
    if most:
        shown = _with_count(shown, of=customers)
    is_grouped = order_by.removeprefix("-") in GROUPED
    page = keyset_page(shown, sort=order_by, cursor=cursor, is_known=order_by == RELEVANCE, is_grouped=is_grouped)
    if not cursor and not page.next_cursor:
        count = len(page.rows)
    elif most:
        count = getattr(page.rows[0], "of_all", 0) if page.rows else 0
    else:
        count = estimated_count(customers.values("pk"))
    return Listing(page=page, count=count, is_estimate=count > EXACT_UP_TO, is_capped=0 < most <= count)


def _with_count(shown: CustomerQuerySet[Customer], *, of: CustomerQuerySet[Customer]) -> CustomerQuerySet[Customer]:
    """Annotate `of_all`: how many there are, asked once for all rows; for few alone."""
    count = Func(ArraySubquery(of.values("pk")), function="cardinality", output_field=IntegerField())
    return cast("CustomerQuerySet[Customer]", shown.annotate(of_all=count))


def with_tags(customers: CustomerQuerySet[Customer]) -> CustomerQuerySet[Customer]:
    """Annotate `tags`: the names of the tags of each."""
    names = CustomerTag.objects.filter(customer=OuterRef("pk")).order_by("tag__name").values("tag__name")
    return cast("CustomerQuerySet[Customer]", customers.annotate(tags=ArraySubquery(names)))
