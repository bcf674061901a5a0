"""A page of the customer list with what each row shows."""

from dataclasses import dataclass
from typing import Final, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Func, IntegerField, OuterRef, Q
from django.db.models.expressions import RawSQL

from accounts.access import Reader
from crm.common.compiled import Compiled
from crm.common.keys import page_keys
from crm.common.lists.state import RELEVANCE, State
from crm.common.paging import PAGE_SIZE, Page, keyset_page, order_of, page_of
from crm.common.segments import EVERYTHING
from customers.identity import search
from customers.models import Customer, CustomerTag
from customers.querysets.customers import CustomerQuerySet

FEW: Final = 5_000
"""So many are collected: to read and sort them takes as long as to walk past as many that do not fit."""
GROUPED: Final = ("tier__rank", "owner__name")
SHOWN: Final = (
    "name", "search", "kind", "email", "phone", "city", "country", "industry", "language", "last_contact_at",
    "created_at", "tier__key", "tier__name", "tier__colour", "tier__rank", "owner__name", "owner__email", "team__name",
    "figures__revenue", "figures__profit", "figures__overdue",
)  # fmt: skip
"""What rows are made of; what else a cell asked for would be a query a row."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`is_estimate`: about so many; `is_more`: more than so many."""

    page: Page[Customer]
    count: int
    is_estimate: bool = False
    is_more: bool = False
    is_capped: bool = False
    """More may fit than the search looks for."""

    @property
    def rows(self) -> list[Customer]:
        return self.page.rows

    @property
    def counted(self) -> int | None:
        """How many they are, where they were counted."""
        return None if self.is_estimate or self.is_more else self.count


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


def listing(
    customers: CustomerQuerySet[Customer], *, order_by: str, cursor: str, where: Q = EVERYTHING,
    is_tagged: bool = False, is_rough: bool = False, within_s: float | None = None,
) -> Listing:  # fmt: skip
    """Of those of `customers` that fit `where`: first which they are, then what they show. Raises TookTooLong."""
    order = order_of(customers, sort=order_by, cursor=cursor)
    found = page_keys(
        customers, order, where=where, size=PAGE_SIZE, few=FEW, is_rough=is_rough, is_grouped=order.name in GROUPED,
        within_s=within_s,
    )  # fmt: skip
    rows = {row.pk: row for row in _ROWS.rows(is_tagged, keys=found.keys)}
    page = page_of([rows[key] for key in found.keys if key in rows], order)
    if not cursor and not page.next_cursor:
        return Listing(page=page, count=len(page.rows))
    if found.how == "about":
        return Listing(page=page, count=roughly(found.count), is_estimate=True)
    return Listing(page=page, count=found.count, is_more=found.how == "more")


def roughly(count: int) -> int:
    """An estimate is not known to the last digit: three of them."""
    return round(count, 3 - len(str(count)))


def search_listing(
    found: CustomerQuerySet[Customer], *, order_by: str, cursor: str, most: int, is_tagged: bool = False
) -> Listing:
    """Of what a search found, at most `most`. Their count comes with the rows; so many is "at least"."""
    shown = _with_count(_shown(found, is_tagged), of=found)
    page = keyset_page(shown, sort=order_by, cursor=cursor, is_known=order_by == RELEVANCE)
    if not cursor and not page.next_cursor:
        count = len(page.rows)
    else:
        count = getattr(page.rows[0], "of_all", 0) if page.rows else 0
    return Listing(page=page, count=count, is_capped=0 < most <= count)


def _shown(customers: CustomerQuerySet[Customer], is_tagged: bool) -> CustomerQuerySet[Customer]:
    shown = customers.select_related("tier", "owner", "team", "figures").only(*SHOWN)
    return with_tags(shown) if is_tagged else shown


def _with_keys(is_tagged: bool, *, keys: list[int]) -> CustomerQuerySet[Customer]:
    of_these = RawSQL("customers_customer.id = ANY(%s)", [keys], output_field=BooleanField())
    return _shown(Customer.objects.filter(of_these), is_tagged)


_ROWS: Final = Compiled[Customer](_with_keys)


def _with_count(shown: CustomerQuerySet[Customer], *, of: CustomerQuerySet[Customer]) -> CustomerQuerySet[Customer]:
    """Annotate `of_all`: how many there are, asked once for all rows; for few alone."""
    count = Func(ArraySubquery(of.values("pk")), function="cardinality", output_field=IntegerField())
    return cast("CustomerQuerySet[Customer]", shown.annotate(of_all=count))


def with_tags(customers: CustomerQuerySet[Customer]) -> CustomerQuerySet[Customer]:
    """Annotate `tags`: the names of the tags of each."""
    names = CustomerTag.objects.filter(customer=OuterRef("pk")).order_by("tag__name").values("tag__name")
    return cast("CustomerQuerySet[Customer]", customers.annotate(tags=ArraySubquery(names)))
