"""A page of the customer list with what each row shows."""

from dataclasses import dataclass
from datetime import date

from crm.common.admin import estimated_count
from crm.common.paging import Page, keyset_page
from customers.identity.search import CAP
from customers.models import Customer
from customers.querysets.customers import CustomerQuerySet
from customers.trade.balances import Balance, balances

EXACT_UP_TO = 10_000


@dataclass(frozen=True, kw_only=True)
class Listing:
    page: Page[Customer]
    rows: list[tuple[Customer, Balance | None]]
    count: int
    is_estimate: bool


def listing(customers: CustomerQuerySet[Customer], *, order_by: str, cursor: str, on: date, searched: bool) -> Listing:
    """`searched`: the search stops at its cap, and the count from there on is "at least"."""
    page = keyset_page(customers.select_related("tier"), sort=order_by, cursor=cursor)
    owed = balances(customer_ids=[customer.pk for customer in page.rows], on=on)
    first = not cursor and not page.next_cursor
    count = len(page.rows) if first else estimated_count(customers.values("pk"))
    return Listing(
        page=page,
        rows=[(customer, owed.get(customer.pk)) for customer in page.rows],
        count=count,
        is_estimate=count > EXACT_UP_TO or (searched and count >= CAP),
    )
