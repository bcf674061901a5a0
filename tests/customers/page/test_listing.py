from datetime import date, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.common.paging import PAGE_SIZE
from customers.models import Customer, Tier
from customers.page import listing as module
from customers.page.listing import Listing, listing
from customers.trade.balances import Balance
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)


def listed(*, cursor: str = "", searched: bool = False) -> Listing:
    return listing(Customer.objects.all(), order_by="search", cursor=cursor, on=ON, searched=searched)


def counted(found: Listing) -> tuple[int, bool]:
    return found.count, found.is_estimate


def test_nobody_is_none_and_that_is_exact() -> None:
    found = listed(searched=True)
    assert (found.rows, found.page.next_cursor, counted(found)) == ([], "", (0, False))


def test_each_row_knows_its_tier_and_what_is_owed_on_the_day(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    gold = Tier.objects.get(key="gold")
    late, quits = CustomerFactory.create(name="A", tier=gold), CustomerFactory.create(name="B")
    InvoiceFactory.create(customer=late, due_on=ON - timedelta(days=1), amount=Decimal(100), paid=Decimal(40))
    InvoiceFactory.create(customer=late, due_on=ON, amount=Decimal(5))
    InvoiceFactory.create(customer=quits, due_on=ON, paid=Decimal(100))
    with django_assert_num_queries(2):
        found = listed()
        assert [(customer.tier, owed) for customer, owed in found.rows] == [
            (gold, Balance(open=Decimal(65), overdue=Decimal(60))), (None, None),
        ]  # fmt: skip
    assert counted(found) == (2, False)


@pytest.mark.parametrize(("customers", "queries"), [(PAGE_SIZE, 2), (PAGE_SIZE + 1, 3)])
def test_where_they_fit_one_page_it_tells_how_many_else_they_are_counted(
    customers: int, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    CustomerFactory.create_batch(customers)
    with django_assert_num_queries(queries):
        found = listed()
    assert (len(found.rows), counted(found)) == (PAGE_SIZE, (customers, False))


def test_the_last_page_counts_those_before_it_too() -> None:
    CustomerFactory.create_batch(PAGE_SIZE + 1)
    last = listed(cursor=listed().page.next_cursor)
    assert (len(last.rows), counted(last)) == (1, (PAGE_SIZE + 1, False))


@pytest.mark.parametrize(
    ("most", "cap", "searched", "is_estimate"),
    [
        (2, 300, False, True),
        (3, 300, False, False),
        (10_000, 3, True, True),
        (10_000, 3, False, False),
        (10_000, 4, True, False),
    ],
)
def test_a_search_that_met_its_cap_and_a_count_beyond_the_exact_are_at_least(
    most: int, cap: int, searched: bool, is_estimate: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", most)
    monkeypatch.setattr(module, "CAP", cap)
    CustomerFactory.create_batch(3)
    assert counted(listed(searched=searched)) == (3, is_estimate)
