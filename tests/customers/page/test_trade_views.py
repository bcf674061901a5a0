from datetime import timedelta
from decimal import Decimal

import pytest

from crm.common.days import today
from customers.page.trade_views import SHOWN
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_orders_with_their_lines(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    order = OrderFactory.create(customer=customer, number="A1", lines=[("2", "10", None)], amount=Decimal(20))
    page = client_for("sales").get(f"/customers/{customer.pk}/orders/").content.decode()
    for words in ("A1", order.get_absolute_url(), "2 × Product", "€20.00", "1 over €20.00"):
        assert words in page


def test_which_invoice_is_overdue(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    for number, days in (("late", -3), ("later", -30), ("soon", 1)):
        InvoiceFactory.create(customer=customer, number=number, due_on=today() + timedelta(days=days))
    InvoiceFactory.create(customer=customer, number="paid", due_on=today() - timedelta(days=90), paid=Decimal(100))

    def shown(which: str) -> list[str]:
        answer = client.get(f"/customers/{customer.pk}/orders/?invoices={which}")
        return [invoice.number for invoice in answer.context["invoices"].rows]

    assert shown("overdue") == ["later", "late"]
    assert shown("open") == ["later", "late", "soon"]
    assert shown("") == shown("none of these") == ["soon", "late", "later", "paid"]
    page = client.get(f"/customers/{customer.pk}/orders/").content.decode()
    for words in ("4 over €400.00", "€300.00 open on 3", "€200.00 overdue on 2", "3 days overdue"):
        assert words in page
    assert page.count('data-label="Open">€100.00</td>') == 3
    assert page.count('data-label="Open"></td>') == 1  # of what is paid, nothing


def test_nothing_overdue_is_said(client_for: ClientFor) -> None:
    invoice = InvoiceFactory.create(due_on=today())
    page = client_for("sales").get(f"/customers/{invoice.customer_id}/orders/?invoices=overdue").content.decode()
    assert "None of the invoices." in page


def test_each_list_has_pages_of_its_own(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    for days in range(SHOWN + 1):
        InvoiceFactory.create(customer=customer, due_on=today() - timedelta(days=days))
        OrderFactory.create(customer=customer)
    url = f"/customers/{customer.pk}/orders/"
    first = client.get(url).context
    query = {"invoices_cursor": first["invoices"].page.next_cursor, "orders_cursor": first["orders"].page.next_cursor}
    for name, other in (("invoices_cursor", "orders"), ("orders_cursor", "invoices")):
        answer = client.get(url, {name: query[name]})
        rows = {key: len(answer.context[key].rows) for key in ("orders", "invoices")}
        assert rows == {**dict.fromkeys(rows, 1), other: SHOWN}
        assert f"{name}=" in answer.content.decode()


def test_each_list_is_sorted_by_itself(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    for number, days, amount in (("a", 3, 5), ("b", 2, 9), ("c", 1, 7)):
        InvoiceFactory.create(
            customer=customer, number=number, due_on=today() + timedelta(days=days), amount=Decimal(amount)
        )
        OrderFactory.create(customer=customer, number=number, amount=Decimal(amount))

    def shown(query: str) -> tuple[str, str]:
        context = client.get(f"/customers/{customer.pk}/orders/?{query}").context
        return tuple("".join(row.number for row in context[key].rows) for key in ("invoices", "orders"))  # type: ignore[return-value]

    usual = shown("")
    assert shown("invoices_sort=amount") == ("acb", usual[1])
    assert shown("invoices_sort=due&orders_sort=-amount") == ("cba", "bca")
    assert shown("invoices_sort=state&orders_sort=x") == usual
    page = client.get(f"/customers/{customer.pk}/orders/?invoices=open&orders_sort=amount").content.decode()
    assert 'href="?invoices=open&amp;orders_sort=-amount#orders"' in page
    assert 'href="?invoices=open&amp;orders_sort=amount&amp;invoices_sort=amount#invoices"' in page


def test_a_customer_without_trade(client_for: ClientFor) -> None:
    page = client_for("sales").get(f"/customers/{CustomerFactory.create().pk}/orders/").content.decode()
    for words in ("No invoices.", "No orders."):
        assert words in page
