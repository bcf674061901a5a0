from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest

from customers.models import Customer
from customers.trade.balances import Balance, balances, owing
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)
BEFORE = date(2026, 3, 30)


def test_open_is_what_is_unpaid_and_overdue_the_part_past_its_day() -> None:
    late, paid, soon, other = CustomerFactory.create_batch(4)
    InvoiceFactory.create(customer=late, due_on=BEFORE, amount=Decimal(100), paid=Decimal(40))
    InvoiceFactory.create(customer=late, due_on=DAY, amount=Decimal(7))
    InvoiceFactory.create(customer=paid, due_on=BEFORE, paid=Decimal(100))
    InvoiceFactory.create(customer=soon, due_on=DAY, amount=Decimal(5))
    InvoiceFactory.create(customer=other, due_on=BEFORE, amount=Decimal(9))

    assert balances(customer_ids=[late.pk, paid.pk, soon.pk], on=DAY) == {
        late.pk: Balance(open=Decimal(67), overdue=Decimal(60)),
        soon.pk: Balance(open=Decimal(5), overdue=Decimal(0)),
    }
    assert balances(customer_ids={paid.pk}, on=DAY) == balances(customer_ids=[], on=DAY) == {}


def test_who_owes_nothing_has_a_balance_of_nought() -> None:
    assert (Balance().open, Balance().overdue) == (Decimal(0), Decimal(0))


def test_open_and_overdue_go_by_name_and_stay() -> None:
    balance = Balance(open=Decimal(2), overdue=Decimal(1))
    with pytest.raises(TypeError):
        Balance(Decimal(2), Decimal(1))  # type: ignore[call-arg]
    with pytest.raises(FrozenInstanceError):
        balance.open = Decimal(1)  # type: ignore[misc]


def test_owing_are_those_of_the_given_who_have_an_invoice_past_its_day() -> None:
    late, paid, soon, other = CustomerFactory.create_batch(4)
    for customer in (late, other):
        InvoiceFactory.create_batch(2, customer=customer, due_on=BEFORE, amount=Decimal(100), paid=Decimal(40))
    InvoiceFactory.create(customer=paid, due_on=BEFORE, paid=Decimal(100))
    InvoiceFactory.create(customer=soon, due_on=DAY, amount=Decimal(5))

    assert list(owing(Customer.objects.exclude(pk=other.pk), on=DAY)) == [late]
    assert not owing(Customer.objects.all(), on=BEFORE).exists()
