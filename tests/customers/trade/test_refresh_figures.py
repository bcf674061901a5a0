"""What each customer bought in twelve months and owes, kept for lists to sort by."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.common import hooks, locks
from crm.common.days import add_months
from customers.models import Customer, CustomerFigures, FigureMark, FiguresClock, Invoice, Order, OrderLine
from customers.trade import figures
from customers.trade.figures import find_figures, mend_figures, refresh_figures, start_again
from customers.trade.figures_sql import COLUMNS, SHOWN
from customers.trade.tasks import wake_figures
from tests.conftest import NOON
from tests.customers.importing.files import load, write_csv
from tests.database import another_connection, triggers_off
from tests.factories.customers import CustomerFactory
from tests.factories.trade import ExchangeRateFactory, InvoiceFactory, OrderFactory, OrderLineFactory, PaymentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
TODAY = date(2026, 11, 15)
Row = tuple[Decimal, Decimal, Decimal, Decimal, date | None, date]
FIELDS = ("revenue", "profit", "open", "overdue", "overdue_since", "as_of")


def kept(customer: Customer) -> Row:
    return CustomerFigures.objects.values_list(*FIELDS).get(customer=customer)


def refreshed(customer: Customer) -> Row:
    refresh_figures()
    return kept(customer)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def test_revenue_and_profit_are_of_the_twelve_months_up_to_today() -> None:
    customer = CustomerFactory.create()
    for day in (date(2025, 11, 15), date(2025, 11, 16), TODAY, date(2026, 11, 16)):
        OrderFactory.create(customer=customer, placed_at=at(day), lines=[("1", "10", "4"), ("1", "7", None)])
    assert refreshed(customer) == (34, 12, 0, 0, None, TODAY)


def test_what_is_cancelled_counts_for_nothing_and_returns_are_taken_off() -> None:
    customer = CustomerFactory.create()
    OrderFactory.create(customer=customer, lines=[("3", "10", "4"), ("-1", "10", "4")])
    OrderFactory.create(customer=customer, status="cancelled", lines=[("1", "99", "1")])
    assert refreshed(customer) == (20, 12, 0, 0, None, TODAY)


def test_what_pages_show_besides_is_kept_with_it() -> None:
    customer = CustomerFactory.create()
    for day in (date(2024, 1, 1), TODAY):
        OrderFactory.create(customer=customer, placed_at=at(day), lines=[("1", "10", "4"), ("1", "7", None)])
    OrderFactory.create(customer=customer, status="cancelled", lines=[("1", "99", "1")])
    InvoiceFactory.create(
        customer=customer, due_on=date(2026, 10, 1), amount=Decimal(100), paid=Decimal(50), paid_on_time=Decimal(30)
    )
    InvoiceFactory.create(customer=customer, due_on=date(2025, 11, 15), amount=Decimal(70))
    refresh_figures()
    assert CustomerFigures.objects.values_list(*SHOWN).get() == (4, 2, 34, 100, 30, 2)


def test_overdue_is_what_is_unpaid_of_invoices_due_before_today_since_the_oldest() -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, due_on=date(2026, 9, 1), amount=Decimal(50), paid=Decimal(50))
    for day in (date(2026, 10, 1), date(2026, 11, 14), TODAY):
        InvoiceFactory.create(customer=customer, due_on=day, amount=Decimal(100), paid=Decimal(30))
    assert refreshed(customer) == (0, 0, 210, 140, date(2026, 10, 1), TODAY)


def test_what_is_open_and_not_yet_late_is_overdue_since_no_day() -> None:
    customer = InvoiceFactory.create(due_on=TODAY).customer
    assert refreshed(customer) == (0, 0, 100, 0, None, TODAY)


def test_a_credit_note_lowers_no_debt() -> None:
    customer = InvoiceFactory.create(due_on=date(2026, 11, 1)).customer
    InvoiceFactory.create(customer=customer, due_on=date(2026, 10, 1), amount=Decimal(-30))
    assert refreshed(customer) == (0, 0, 100, 100, date(2026, 11, 1), TODAY)


def test_amounts_are_in_the_company_s_currency() -> None:
    customer = CustomerFactory.create()
    order = OrderFactory.create(customer=customer, currency="USD")
    order.refresh_from_db(fields=["day"])
    OrderLineFactory.create(order=order, amount_company=Decimal("90.5"), cost_company=Decimal("54.25"))
    InvoiceFactory.create(
        customer=customer, currency="USD", due_on=date(2026, 1, 2),
        amount=Decimal(90), amount_company=Decimal(100), paid=Decimal(60),
    )  # fmt: skip
    third = Decimal("33.3333")
    assert refreshed(customer) == (Decimal("90.5"), Decimal("36.25"), third, third, date(2026, 1, 2), TODAY)


def test_files_are_followed(tmp_path: Any) -> None:
    ExchangeRateFactory.create(currency="USD", rate=Decimal("0.5"))
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name", [["c1", "Ada"]]))
    orders = "external_id,customer_external_id,placed_at,quantity,unit_price,unit_cost,currency"
    load("orders", write_csv(tmp_path / "o.csv", orders, [["o1", "c1", "2026-11-01", 2, 50, 20, "USD"]]))
    bills = "external_id,customer_external_id,issued_on,due_on,amount"
    load("invoices", write_csv(tmp_path / "i.csv", bills, [["i1", "c1", "2026-10-01", "2026-10-15", 80]]))
    paid = "external_id,invoice_external_id,paid_on,amount"
    load("payments", write_csv(tmp_path / "p.csv", paid, [["p1", "i1", "2026-10-10", 30]]))
    assert refreshed(Customer.objects.get()) == (50, 30, 50, 50, date(2026, 10, 15), TODAY)


def test_who_never_bought_and_was_never_billed_has_no_row() -> None:
    CustomerFactory.create()
    OrderFactory.create(customer=None, lines=[("1", "10", "4")])
    InvoiceFactory.create(customer=None)
    refresh_figures()
    assert not CustomerFigures.objects.exists()
    assert not FigureMark.objects.exists()


def test_who_has_nothing_left_of_it_loses_the_row() -> None:
    order = OrderFactory.create(lines=[("1", "10", "4")])
    customer, other = order.customer, CustomerFactory.create()
    assert refreshed(customer)[0] == 10
    Order.objects.update(customer=other)
    assert refreshed(other)[0] == 10
    assert list(CustomerFigures.objects.values_list("customer", flat=True)) == [other.pk]


def test_the_clock_alone_moves_the_window_and_lets_invoices_fall_overdue() -> None:
    customer, same = CustomerFactory.create(), CustomerFactory.create()
    OrderFactory.create(customer=customer, placed_at=at(date(2025, 11, 16)), lines=[("1", "10", "4")])
    InvoiceFactory.create(customer=customer, due_on=TODAY)
    OrderFactory.create(customer=same, lines=[("1", "10", "4")])
    assert refreshed(customer) == (10, 6, 100, 0, None, TODAY)
    next_day = NOON + timedelta(hours=12)
    with time_machine.travel(next_day - timedelta(seconds=1), tick=False):
        assert refreshed(customer)[-1] == TODAY
    with time_machine.travel(next_day, tick=False):
        assert refreshed(customer) == (0, 0, 100, 100, TODAY, date(2026, 11, 16))
        assert kept(same) == (10, 6, 0, 0, None, TODAY)


def test_a_new_database_gets_all_its_figures_by_the_first_run() -> None:
    customer = OrderFactory.create(lines=[("1", "10", "4")]).customer
    FigureMark.objects.all().delete()
    assert refreshed(customer)[0] == 10
    assert FiguresClock.objects.values_list("day", "up_to").get() == (TODAY, None)


def test_what_was_written_past_the_triggers_comes_with_a_new_start(transactional_db: None) -> None:
    refresh_figures()
    with triggers_off("customers_order", "customers_orderline"):
        customer = OrderFactory.create(lines=[("1", "10", "4")]).customer
    refresh_figures()
    assert not CustomerFigures.objects.exists()
    start_again()
    assert refreshed(customer)[0] == 10


def test_figures_that_are_right_are_not_written() -> None:
    customer = OrderFactory.create(lines=[("1", "10", "4")]).customer
    refresh_figures()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid FROM customers_customerfigures")
        before = cursor.fetchone()
        FigureMark.objects.create(customer_id=customer.pk)
        start_again()
        refresh_figures()
        cursor.execute("SELECT ctid FROM customers_customerfigures")
        assert cursor.fetchone() == before


def test_many_take_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FIRST", 2)
    monkeypatch.setattr(figures, "MOST", 2)
    for _ in range(5):
        OrderFactory.create(lines=[("1", "10", "4")])
    refresh_figures()
    assert CustomerFigures.objects.filter(revenue=10).count() == 5
    start_again()
    CustomerFigures.objects.update(revenue=1)
    refresh_figures()
    assert CustomerFigures.objects.filter(revenue=10).count() == 5


class TestNightlyCheck:
    def test_finds_what_no_mark_told_and_mends_it(self) -> None:
        customer = OrderFactory.create(lines=[("1", "10", "4")]).customer
        refresh_figures()
        CustomerFigures.objects.update(revenue=9)
        stray = CustomerFigures.objects.create(customer=CustomerFactory.create(), as_of=TODAY)
        with connection.cursor() as cursor:
            wrong = find_figures(cursor, 1, 2**60)
            assert sorted(wrong) == [customer.pk, stray.pk]
            assert find_figures(cursor, 1, customer.pk) == []
            assert mend_figures(cursor, wrong) == 2
            assert find_figures(cursor, 1, 2**60) == []
        assert kept(customer)[0] == 10

    def test_who_is_still_to_follow_a_mark_or_the_clock_is_not_wrong(self) -> None:
        order = OrderFactory.create(lines=[("1", "10", "4")])
        with connection.cursor() as cursor:
            assert find_figures(cursor, 1, 2**60) == []  # the clock never went round
            refresh_figures()
            OrderLine.objects.update(amount_company=5)
            assert find_figures(cursor, 1, 2**60) == []
            FigureMark.objects.all().delete()
            assert find_figures(cursor, 1, 2**60) == [order.customer.pk]
            FiguresClock.objects.update(up_to=order.customer.pk)
            assert find_figures(cursor, 1, 2**60) == []
            FiguresClock.objects.update(up_to=None, day=TODAY - timedelta(days=1))
            assert find_figures(cursor, 1, 2**60) == []


def test_another_who_is_at_it_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "JOB_PATIENCE_S", 0.01)
    OrderFactory.create(lines=[("1", "10", "4")])
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.FIGURE_MARKS)
        refresh_figures(wait=False)
        with pytest.raises(locks.Busy):
            refresh_figures()
    assert not CustomerFigures.objects.exists()


def test_it_is_woken_when_facts_have_changed() -> None:
    assert wake_figures in hooks.after_facts_changed


def fresh() -> dict[int, tuple[Any, ...]]:
    """As the functions give them for all at once, beside the statements under test."""
    first = add_months(TODAY, -12) + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, coalesce(b.revenue, 0), coalesce(b.covered - b.cost, 0), coalesce(o.open, 0),
                      coalesce(o.overdue, 0), CASE WHEN o.overdue_invoices > 0 THEN o.oldest END,
                      coalesce(b.cost, 0),
                      (SELECT count(*) FROM customers_order e WHERE e.customer_id = c.id AND e.status <> 'cancelled'),
                      (SELECT coalesce(sum(e.amount_company), 0) FROM customers_order e
                       WHERE e.customer_id = c.id AND e.status <> 'cancelled'),
                      coalesce(i.due, 0), coalesce(i.on_time, 0), coalesce(o.overdue_invoices, 0)
               FROM customers_customer c LEFT JOIN crm_bought(%s, %s) b ON b.customer_id = c.id
               LEFT JOIN crm_owed(%s) o ON o.customer_id = c.id
               LEFT JOIN crm_billed(%s, %s) i ON i.customer_id = c.id
               WHERE c.id IN (SELECT customer_id FROM customers_order UNION SELECT customer_id FROM customers_invoice)
            """,
            [first, TODAY, TODAY, first, TODAY],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


class Changes:
    """Drawn from all kinds there are."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.customers = [CustomerFactory.create() for _ in range(4)]

    def make_some(self) -> None:
        for _ in range(self.draw.randint(1, 6)):
            self.draw.choice([self.order, self.bill, self.pay, self.pay, self.alter, self.alter, self.delete])()

    def order(self) -> None:
        line = (str(self.draw.randint(-2, 5)), str(self.draw.randint(1, 99)), self.draw.choice([None, "3"]))
        lines = [line] * self.draw.randint(0, 3)
        OrderFactory.create(customer=self.customer(), placed_at=at(self.day()), lines=lines)

    def bill(self) -> None:
        amount = Decimal(self.draw.randint(-50, 200))
        InvoiceFactory.create(customer=self.customer(), due_on=self.day(), amount=amount)

    def pay(self) -> None:
        for invoice in self.one(Invoice):
            PaymentFactory.create(invoice=invoice, paid_on=self.day(), amount=Decimal(self.draw.randint(-20, 150)))

    def alter(self) -> None:
        model, name, value = self.draw.choice(
            [
                (Order, "customer", self.customer()),
                (Order, "status", self.draw.choice(Order.Status.values)),
                (Order, "placed_at", at(self.day())),
                (Order, "amount_company", self.draw.randint(0, 99)),
                (OrderLine, "amount_company", self.draw.randint(0, 9)),
                (OrderLine, "cost_company", None),
                (Invoice, "customer", self.customer()),
                (Invoice, "due_on", self.day()),
                (Invoice, "amount", self.draw.randint(-9, 99)),
            ]
        )
        model.objects.filter(pk__in=[each.pk for each in self.one(model)]).update(**{name: value})

    def delete(self) -> None:
        for each in self.one(self.draw.choice([Order, OrderLine, Invoice])):
            each.delete()

    def customer(self) -> Customer | None:
        return self.draw.choice([*self.customers, None])

    def day(self) -> date:
        return TODAY - timedelta(days=self.draw.randint(-5, 400))

    def one(self, model: Any) -> list[Any]:
        found = list(model.objects.order_by("pk"))
        return [self.draw.choice(found)] if found else []


@pytest.mark.parametrize("seed", range(6))
def test_whatever_changes_figures_are_what_is_worked_out_afresh(seed: int) -> None:
    changes = Changes(seed)
    refresh_figures()  # the clock has gone round: from here on marks alone tell
    for _ in range(12):
        changes.make_some()
        refresh_figures()
        assert {row[0]: row[1:] for row in CustomerFigures.objects.values_list("customer", *COLUMNS)} == fresh()
    assert not FigureMark.objects.exists()


def test_trade_that_has_just_come_is_planned_as_it_is() -> None:
    """Planned by the one line there was before, the figures of 4,000 customers took minutes."""
    OrderFactory.create(lines=[("1", "9", None)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('customers_order'), crm_analyse('customers_orderline')")
    order = Order.objects.get()
    OrderLine.objects.bulk_create(
        OrderLine(order=order, quantity=1, unit_price=9, amount_company=9, day=order.day) for _line in range(700)
    )
    with CaptureQueriesContext(connection) as queries:
        refresh_figures()
    asked = [query["sql"] for query in queries]
    (analysed,) = [at for at, sql in enumerate(asked) if "crm_analyse" in sql and "customers_orderline" in sql]
    assert analysed < next(at for at, sql in enumerate(asked) if "customers_customerfigures" in sql)
