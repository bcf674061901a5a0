from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer
from customers.trade.totals import Totals, totals
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)


def of(customer: Customer) -> Totals:
    return Totals.of(Customer.objects.annotate(totals=totals(on=DAY)).get(pk=customer.pk).totals)


def test_what_a_customer_ordered_was_billed_and_owes() -> None:
    customer = CustomerFactory.create()
    OrderFactory.create(customer=customer, lines=[("2", "10", None)])
    OrderFactory.create(customer=customer, lines=[("1", "7", None)], status="cancelled")
    InvoiceFactory.create(customer=customer, due_on=DAY, paid=Decimal(40))
    InvoiceFactory.create(customer=customer, due_on=DAY - timedelta(days=1), amount=Decimal(5))
    InvoiceFactory.create(due_on=DAY)
    OrderFactory.create(lines=[("1", "1", None)])

    assert of(customer) == Totals(
        orders=1, cancelled=1, ordered=Decimal(20), invoices=2, billed=Decimal(105), open_count=2, open=Decimal(65),
        overdue_count=1, overdue=Decimal(5),
    )  # fmt: skip


def test_of_nothing_the_totals_are_nought() -> None:
    assert of(CustomerFactory.create()) == Totals(
        orders=0, cancelled=0, ordered=Decimal(0), invoices=0, billed=Decimal(0), open_count=0, open=Decimal(0),
        overdue_count=0, overdue=Decimal(0),
    )  # fmt: skip
