import pytest
from django.db import connection

from customers.models import Customer
from customers.trade.numbers import customers_by_number
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = pytest.mark.django_db


def found(text: str) -> list[int]:
    statement, parameters = customers_by_number(text)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return sorted(pk for (pk,) in cursor.fetchall())


@pytest.fixture
def customers() -> list[Customer]:
    """The first is billed under the number of the second's order; the third's is another."""
    first, second, third = CustomerFactory.create_batch(3)
    InvoiceFactory.create(customer=first, number="A-77")
    OrderFactory.create(customer=second, number="A-77")
    OrderFactory.create(customer=second, number="A-77")
    OrderFactory.create(customer=third, number="A-771")
    OrderFactory.create(customer=None, number="walk-in")
    InvoiceFactory.create(customer=None, number="walk-in")
    return [first, second, third]


def test_whose_the_order_or_the_invoice_of_that_number_is(customers: list[Customer]) -> None:
    first, second, third = customers
    assert found("A-77") == [first.pk, second.pk]
    assert found("A-771") == [third.pk]


@pytest.mark.parametrize("text", ["", "A-7", "a-77", "A%", "A-77 ", "walk-in"])
def test_other_numbers_and_those_of_nobody_find_none(customers: list[Customer], text: str) -> None:
    assert found(text) == []
