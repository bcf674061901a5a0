from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.common.days import today
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, PaymentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_an_order_with_its_lines_invoices_and_customer(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(name="Acme")
    order = OrderFactory.create(customer=customer, number="A1", lines=[("2", "10", "4"), ("1", "5", None)])
    invoice = InvoiceFactory.create(customer=customer, order=order, number="R1", amount=Decimal(25))
    page = client_for("sales").get(f"/orders/{order.pk}/").content.decode()
    for words in ("Order A1", customer.get_absolute_url(), "Acme", "€20.00", "€25.00", "€8.00", "€12.00", "60.0%",
                  "Total", "The cost of 1 line is not known", invoice.get_absolute_url(), "R1"):  # fmt: skip
        assert words in page


def test_what_goods_cost_is_for_those_who_may_see_it(client_for: ClientFor) -> None:
    order = OrderFactory.create(lines=[("2", "10", "4")])
    shown = {
        role: "Margin" in client_for(role).get(f"/orders/{order.pk}/").content.decode()
        for role in ("sales", "service", "manager")
    }
    assert shown == {"sales": True, "service": False, "manager": True}


def test_a_sale_at_the_counter_has_no_customer(client_for: ClientFor) -> None:
    order = OrderFactory.create(customer=None, number="C1")
    assert "a sale at the counter" in client_for("sales").get(f"/orders/{order.pk}/").content.decode()
    invoice = InvoiceFactory.create(customer=None)
    assert client_for("sales").get(f"/invoices/{invoice.pk}/").status_code == 200


def test_an_invoice_with_where_it_stands_and_what_was_paid(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(name="Acme")
    order = OrderFactory.create(customer=customer, number="A1")
    invoice = InvoiceFactory.create(
        customer=customer, order=order, number="R1", due_on=date(2026, 11, 10), amount=Decimal(100)
    )
    PaymentFactory.create(invoice=invoice, amount=Decimal(30), paid_on=date(2026, 11, 12))
    PaymentFactory.create(invoice=invoice, amount=Decimal(20), paid_on=date(2026, 11, 9))
    page = client_for("service").get(f"/invoices/{invoice.pk}/").content.decode()
    for words in ("Invoice R1", "Acme", order.get_absolute_url(), "5 days overdue", "€50.00", "€30.00", "€20.00",
                  "2 days late", "in time", "Total"):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("days", "paid", "amount", "words"),
    [
        (-3, "100", "100", "paid"),
        (3, "0", "100", "open"),
        (-1, "0", "100", "1 day overdue"),
        (-1, "0", "-5", "credit note"),
    ],
)
def test_how_an_invoice_stands_in_words(days: int, paid: str, amount: str, words: str, client_for: ClientFor) -> None:
    due = today() + timedelta(days=days)
    invoice = InvoiceFactory.create(due_on=due, paid=Decimal(paid), amount=Decimal(amount))
    assert words in client_for("sales").get(f"/invoices/{invoice.pk}/").content.decode()


@pytest.mark.parametrize("url", ["/orders/0/", "/invoices/0/"])
def test_what_is_not_there_is_not_found(url: str, client_for: ClientFor) -> None:
    assert client_for("sales").get(url).status_code == 404
