from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customers.models import Customer, Invoice
from customers.trade import invoices
from customers.trade.invoices import STATES, narrowed, open_amount, with_standing
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)


def stands(**fields: Any) -> tuple[bool, bool, int | None, Decimal]:
    invoice = with_standing(Invoice.objects.all(), on=DAY).get(pk=InvoiceFactory.create(**fields).pk)
    return invoice.is_open, invoice.is_overdue, invoice.days_late, open_amount(invoice)


def test_open_from_the_day_it_is_issued_and_overdue_from_the_day_after_it_is_due() -> None:
    assert stands(due_on=DAY) == (True, False, None, Decimal(100))
    assert stands(due_on=DAY - timedelta(days=1), paid=Decimal(30)) == (True, True, 1, Decimal(70))
    assert stands(due_on=DAY - timedelta(days=40)) == (True, True, 40, Decimal(100))


def test_paid_in_time_or_late() -> None:
    assert stands(due_on=date(2026, 3, 1), paid=Decimal(100), paid_on_time=Decimal(100)) == (False, False, None, 0)
    assert stands(due_on=date(2026, 3, 1), paid=Decimal(100)) == (False, False, 1, Decimal(0))


def test_a_credit_note_is_owed_by_nobody() -> None:
    assert stands(due_on=date(2026, 3, 1), amount=Decimal(-50)) == (False, False, None, Decimal(0))


def test_a_customer_s_invoices_narrowed_to_those_open_or_overdue() -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, number="paid", due_on=date(2026, 3, 1), paid=Decimal(100))
    InvoiceFactory.create(customer=customer, number="soon", due_on=DAY)
    InvoiceFactory.create(customer=customer, number="late", due_on=date(2026, 3, 1))
    InvoiceFactory.create(number="another's", due_on=date(2026, 3, 1))

    assert numbers(customer, "all") == numbers(customer, "nonsense") == ["late", "paid", "soon"]
    assert numbers(customer, "open") == ["late", "soon"]
    assert numbers(customer, "overdue") == ["late"]


def test_each_state_holds_those_that_stand_so() -> None:
    for number, fields in (
        ("soon", {"due_on": DAY}),
        ("late", {"due_on": date(2026, 3, 1), "paid": Decimal(30)}),
        ("paid", {"due_on": date(2026, 3, 1), "paid": Decimal(100)}),
        ("back", {"due_on": date(2026, 3, 1), "amount": Decimal(-50)}),
        ("nothing", {"due_on": date(2026, 3, 1), "amount": Decimal(0)}),
    ):
        InvoiceFactory.create(number=number, **fields)
    found = {}
    for state in STATES:
        standing = Invoice.objects.filter(invoices.stands(state, on=DAY))
        found[state] = sorted(standing.values_list("number", flat=True))
    assert found == {"open": ["late", "soon"], "overdue": ["late"], "paid": ["paid"], "credit": ["back", "nothing"]}


def numbers(customer: Customer, which: str) -> list[str]:
    found = narrowed(Invoice.objects.all(), which=which, customer=customer, on=DAY)
    return sorted(invoice.number for invoice in found)
