from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from psycopg.errors import LockNotAvailable

from customers.identity.holding import CustomerGone, hold
from customers.models import Customer
from tests.beside import beside, wait_until_somebody_waits
from tests.database import another_connection
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOWAIT = "SELECT FROM customers_customer WHERE id = %s FOR {} NOWAIT"


def held(customer: Customer) -> Customer:
    """By a session of its own, for a moment."""
    try:
        with transaction.atomic():
            return hold(customer)
    finally:
        connection.close()


def test_the_row_stays_as_it_is_and_those_that_refer_to_it_do_not_wait() -> None:
    customer = CustomerFactory.create(name="Acme")
    stale = Customer(pk=customer.pk, name="of yesterday")
    with another_connection() as other, transaction.atomic():
        assert hold(stale).name == "Acme"
        other.execute(NOWAIT.format("KEY SHARE"), [customer.pk])
        with pytest.raises(LockNotAvailable):
            other.execute(NOWAIT.format("NO KEY UPDATE"), [customer.pk])


def test_of_one_who_becomes_one_with_another_meanwhile_it_is_who_has_their_records() -> None:
    record, survivor = SourceRecordFactory.create(), CustomerFactory.create()
    with beside() as other, ThreadPoolExecutor(1) as waiting:
        other.start(f"UPDATE customers_sourcerecord SET customer_id = {survivor.pk} WHERE id = {record.pk}").result()
        other.start(f"DELETE FROM customers_customer WHERE id = {record.customer_id}").result()
        found = waiting.submit(held, record.customer)
        wait_until_somebody_waits()
        other.commit()
        assert found.result(timeout=30) == survivor


def test_of_one_who_is_gone_it_says_so() -> None:
    customer = CustomerFactory.create()
    pk = customer.pk
    customer.delete()
    with pytest.raises(CustomerGone, match="has become one with another"), transaction.atomic():
        hold(Customer(pk=pk))
