"""Who writes trade marks the customers whose figures it changes, and nobody else; beside other sessions, too."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from crm.common import locks
from crm.common.pacing import Pace
from customers.models import (
    Customer,
    CustomerFigures,
    FigureMark,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Product,
)
from customers.trade.figures import _follow_marks, _step, refresh_figures
from tests.beside import beside, wait_until_somebody_waits
from tests.database import another_connection
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, OrderLineFactory, PaymentFactory
from tests.threads import begin, end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def marked_by(change: Callable[[], object]) -> list[int]:
    FigureMark.objects.all().delete()
    change()
    return list(FigureMark.objects.order_by("customer_id").values_list("customer_id", flat=True))


@pytest.fixture
def order(in_november: None) -> Order:
    return OrderFactory.create(lines=[("1", "10", None), ("2", "5", "3")])


@pytest.fixture
def invoice(in_november: None) -> Invoice:
    return InvoiceFactory.create(paid=Decimal(30))


def test_what_changes_figures_marks_once_a_statement(order: Order, invoice: Invoice) -> None:
    bought, billed = [order.customer.pk], [invoice.customer.pk]
    lines, bills = OrderLine.objects.all(), Invoice.objects.all()
    assert marked_by(lambda: lines.update(amount_company=7)) == bought
    assert set(marked_by(lambda: lines.update(cost_company=1))) == set(bought)
    assert set(marked_by(lambda: Order.objects.update(status="cancelled"))) == set(bought)
    assert marked_by(lambda: Order.objects.update(placed_at=datetime(2026, 3, 1, tzinfo=UTC))) == bought
    assert marked_by(lambda: Order.objects.update(amount_company=8)) == bought
    assert marked_by(lambda: bills.update(due_on=date(2026, 3, 1))) == billed
    assert marked_by(lambda: bills.update(amount=90)) == billed
    assert marked_by(lambda: bills.update(amount_company=80)) == billed
    assert marked_by(lambda: PaymentFactory.create(invoice=invoice, amount=Decimal(5))) == billed
    assert marked_by(lambda: Payment.objects.update(amount=1)) == billed
    assert marked_by(lambda: Payment.objects.update(paid_on=date(2025, 3, 1))) == billed
    assert marked_by(lambda: Payment.objects.all().delete()) == billed
    assert set(marked_by(lambda: lines.all().delete())) == set(bought)
    assert set(marked_by(lambda: bills.all().delete())) == set(billed)
    assert set(marked_by(lambda: Order.objects.all().delete())) == set(bought)


def test_a_new_cost_of_a_product_marks_who_bought_it(order: Order) -> None:
    OrderFactory.create(lines=[("1", "10", "4")])
    product = OrderLine.objects.get(unit_cost=None).product_id
    assert marked_by(lambda: Product.objects.filter(pk=product).update(unit_cost=6)) == [order.customer.pk]


def test_what_comes_marks(order: Order) -> None:
    assert marked_by(lambda: OrderLineFactory.create(order=order, day=order.day)) == [order.customer.pk]
    customer = CustomerFactory.create()
    assert marked_by(lambda: OrderFactory.create(customer=customer)) == [customer.pk]
    assert marked_by(lambda: InvoiceFactory.create(customer=customer)) == [customer.pk]


@pytest.mark.parametrize("model", [Order, Invoice])
def test_what_goes_to_another_marks_both(model: type[Order | Invoice], order: Order, invoice: Invoice) -> None:
    before, other = model._default_manager.get().customer_id, CustomerFactory.create().pk
    assert set(marked_by(lambda: model._default_manager.update(customer=other))) == {before, other}
    assert set(marked_by(lambda: model._default_manager.update(customer=None))) == {other}


def test_a_line_that_goes_to_another_order_marks_both(order: Order) -> None:
    other = OrderFactory.create()
    assert set(marked_by(lambda: OrderLine.objects.update(order=other))) == {order.customer.pk, other.customer.pk}


def test_what_changes_no_figure_marks_nobody(order: Order, invoice: Invoice) -> None:
    team = TeamFactory.create()
    assert marked_by(lambda: Order.objects.update(number="A", currency="USD", amount=1, team=team)) == []
    assert marked_by(lambda: Order.objects.update(status="shipped")) == []
    assert marked_by(lambda: OrderLine.objects.update(quantity=3, unit_price=4)) == []
    assert marked_by(lambda: Invoice.objects.update(number="R", issued_on=date(2026, 1, 1), team=team)) == []
    assert marked_by(lambda: Invoice.objects.update(due_on=invoice.due_on, amount=invoice.amount)) == []


def test_what_is_nobody_s_marks_nobody() -> None:
    assert marked_by(lambda: OrderFactory.create(customer=None, lines=[("1", "2", "1")])) == []
    assert marked_by(lambda: InvoiceFactory.create(customer=None, paid=Decimal(5))) == []
    assert marked_by(lambda: Order.objects.update(status="cancelled")) == []


@pytest.mark.django_db(transaction=True)
class TestBesideOthers:
    def revenue(self) -> list[Decimal]:
        return list(CustomerFigures.objects.values_list("revenue", flat=True))

    @pytest.mark.usefixtures("order")
    def test_what_is_not_committed_yet_comes_with_its_own_mark(self) -> None:
        with another_connection() as other:
            other.execute("UPDATE customers_orderline SET amount_company = amount_company + 1")
            refresh_figures()
            assert self.revenue() == [20]
            other.commit()
        assert FigureMark.objects.exists()
        refresh_figures()
        assert self.revenue() == [22]
        assert not FigureMark.objects.exists()

    def test_neither_a_writer_nor_the_job_waits_for_the_other(self, order: Order) -> None:
        with another_connection() as other, connection.cursor() as cursor:
            other.execute("UPDATE customers_orderline SET amount_company = 1")
            cursor.execute("SET lock_timeout = '1s'")
            refresh_figures()
            with transaction.atomic():
                FigureMark.objects.create(customer_id=order.customer.pk)
                _step(_follow_marks, Pace(10, seconds=1, least=1, most=10), wait=True)
                other.execute("SET lock_timeout = '1s'")
                other.execute("UPDATE customers_invoice SET due_on = '2026-01-01'")
                other.execute("UPDATE customers_orderline SET amount_company = 3")
                other.commit()
            cursor.execute("RESET lock_timeout")
        refresh_figures()
        assert self.revenue() == [6]

    @pytest.mark.usefixtures("order")
    def test_two_at_once_end_with_what_is(self) -> None:
        with another_connection() as holding:
            holding.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.FIGURE_MARKS)
            both = [begin(refresh_figures), begin(refresh_figures)]
            OrderLine.objects.update(amount_company=4)
            holding.commit()
            for each in both:
                end(each)
        refresh_figures()
        assert self.revenue() == [8]

    def test_a_customer_who_goes_meanwhile_takes_the_figures_along(self, order: Order) -> None:
        customer, other_customer = order.customer, CustomerFactory.create()
        with beside() as other:
            other.session.execute("SELECT FROM customers_customer WHERE id = %s FOR UPDATE", [customer.pk])
            other.session.execute("DELETE FROM customers_customerfigures WHERE customer_id = %s", [customer.pk])
            refreshing = begin(refresh_figures)
            wait_until_somebody_waits()
            other.session.execute(
                "UPDATE customers_order SET customer_id = %s WHERE customer_id = %s", [other_customer.pk, customer.pk]
            )
            other.session.execute("DELETE FROM customers_customer WHERE id = %s", [customer.pk])
            other.session.commit()
            end(refreshing)
        refresh_figures()
        assert list(CustomerFigures.objects.values_list("customer", "revenue")) == [(other_customer.pk, 20)]
        assert not Customer.objects.filter(pk=customer.pk).exists()
