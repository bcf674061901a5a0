from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.common.days import today
from tests.conftest import UserFor
from tests.customers.timelines import told
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, PaymentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.mark.parametrize(
    ("fields", "title", "state", "is_bad"),
    [
        ({"amount": Decimal(20)}, "Ordered for €20.00", "shipped", False),
        ({"amount": Decimal(20), "currency": "USD", "status": "cancelled"}, "Ordered for $20.00", "cancelled", True),
        ({"amount": Decimal(-5), "status": "returned"}, "Returned goods for €5.00", "returned", True),
    ],
)
def test_an_order(fields: dict[str, Any], title: str, state: str, is_bad: bool, user_for: UserFor) -> None:
    order = OrderFactory.create(number="A1", **fields)
    (entry,) = told(order.customer, user_for("sales"))
    assert (entry.title, entry.notes, entry.is_bad) == (title, ("A1", state), is_bad)
    assert (entry.pk, entry.at, entry.url) == (order.pk, order.placed_at, f"/orders/{order.pk}/")


@pytest.mark.parametrize(
    ("days", "fields", "title", "notes", "is_bad"),
    [
        (3, {}, "Invoice over €100.00", ("€100.00 open", "due on Nov. 18, 2026"), False),
        (-1, {"paid": Decimal(40)}, "Invoice over €100.00", ("€60.00 open", "1 day overdue"), True),
        (-3, {"paid": Decimal(100)}, "Invoice over €100.00", (), False),
        (-3, {"amount": Decimal(-7)}, "Credit note over €7.00", (), False),
    ],
)
def test_an_invoice_stands_on_the_day_it_was_issued(
    days: int, fields: dict[str, Any], title: str, notes: tuple[str, ...], is_bad: bool, user_for: UserFor
) -> None:
    invoice = InvoiceFactory.create(number="R1", due_on=today() + timedelta(days=days), **fields)
    entry = next(one for one in told(invoice.customer, user_for("sales")) if one.icon != "cash")
    assert (entry.title, entry.notes, entry.is_bad, entry.is_day) == (title, ("R1", *notes), is_bad, True)
    assert (entry.at.date(), entry.url) == (invoice.issued_on, f"/invoices/{invoice.pk}/")


@pytest.mark.parametrize(
    ("days", "amount", "title", "late"),
    [
        (0, "30", "Paid €30.00", "in time"),
        (2, "30", "Paid €30.00", "2 days late"),
        (0, "-5", "Paid back €5.00", "in time"),
    ],
)
def test_a_payment_leads_to_its_invoice(days: int, amount: str, title: str, late: str, user_for: UserFor) -> None:
    invoice = InvoiceFactory.create(number="R1", due_on=date(2026, 11, 1))
    paid = PaymentFactory.create(invoice=invoice, amount=Decimal(amount), paid_on=invoice.due_on + timedelta(days=days))
    entry = next(one for one in told(invoice.customer, user_for("sales"), kind="invoices") if one.icon == "cash")
    assert (entry.pk, entry.title, entry.notes) == (paid.pk, title, ("R1", late))
    assert (entry.url, entry.at.date()) == (f"/invoices/{invoice.pk}/", paid.paid_on)


def test_of_one_day_the_order_comes_before_its_invoice_and_that_before_the_money(user_for: UserFor) -> None:
    customer, day = CustomerFactory.create(), date(2026, 11, 2)
    OrderFactory.create(customer=customer, placed_at=datetime(2026, 11, 2, 23, 59, tzinfo=UTC))
    invoice = InvoiceFactory.create(customer=customer, issued_on=day, due_on=day)
    PaymentFactory.create(invoice=invoice, paid_on=day)
    icons = [entry.icon for entry in told(customer, user_for("sales"))]
    assert icons == ["cash", "file-invoice", "shopping-cart"]


def test_they_are_found_by_their_numbers(user_for: UserFor) -> None:
    customer, reader = CustomerFactory.create(), user_for("sales")
    OrderFactory.create(customer=customer, number="A-77")
    InvoiceFactory.create(customer=customer, number="R-88", paid=Decimal(5))
    assert [entry.icon for entry in told(customer, reader, text="a-7")] == ["shopping-cart"]
    assert sorted(entry.icon for entry in told(customer, reader, text="88")) == ["cash", "file-invoice"]
