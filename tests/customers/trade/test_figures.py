"""The functions that say what an invoice stands at, and what customers bought, were billed, and owe."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from customers.importing.exports import parameters
from customers.page.export_customers import EXPORT
from tests import plans
from tests.factories.customers import CustomerFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)
BEFORE, AFTER = date(2026, 3, 30), date(2026, 4, 1)


def rows(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def standing(day: date) -> tuple[Any, ...]:
    statement = (
        "SELECT due, on_time, open, overdue, is_due, is_open, is_overdue"
        " FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, %s)"
    )
    return rows(statement, day)[0]


def test_before_it_is_late_only_what_was_paid_on_time_was_due() -> None:
    InvoiceFactory.create(due_on=DAY, amount=Decimal(90), amount_company=Decimal(100), paid_on_time=Decimal(30))
    on_time, left = Decimal("33.3333"), Decimal("66.6667")
    for day in (BEFORE, DAY):
        assert standing(day) == (on_time, on_time, left, 0, True, True, False)
    assert standing(AFTER) == (100, on_time, left, left, True, True, True)


def test_an_unpaid_invoice_is_nothing_due_until_the_day_after() -> None:
    InvoiceFactory.create(due_on=DAY, amount=Decimal(90), amount_company=Decimal(100))
    assert standing(DAY) == (0, 0, 100, 0, False, True, False)
    assert standing(AFTER) == (100, 0, 100, 100, True, True, True)


def test_paid_in_full_is_never_open() -> None:
    InvoiceFactory.create(due_on=DAY, amount=Decimal(90), amount_company=Decimal(100), paid=Decimal(90))
    assert standing(AFTER) == (100, 0, 0, 0, True, False, False)


@pytest.mark.parametrize("amount", [-90, 0])
def test_a_credit_note_is_nothing_of_it(amount: int) -> None:
    given_back = Decimal(amount)
    InvoiceFactory.create(due_on=DAY, amount=given_back, paid=given_back, paid_on_time=given_back)
    assert standing(AFTER) == (0, 0, 0, 0, False, False, False)


def test_a_credit_note_that_is_not_given_back_is_neither_open_nor_overdue() -> None:
    InvoiceFactory.create(due_on=DAY, amount=Decimal(-90))
    assert standing(AFTER) == (0, 0, 0, 0, False, False, False)


def test_paid_in_full_on_time_is_all_of_it_in_the_company_s_currency() -> None:
    InvoiceFactory.create(due_on=DAY, amount=Decimal(90), amount_company=Decimal(100), paid_on_time=Decimal(90))
    assert standing(DAY) == standing(AFTER) == (100, 100, 0, 0, True, False, False)


def test_what_was_paid_late_is_not_on_time() -> None:
    InvoiceFactory.create(
        due_on=DAY, amount=Decimal(80), amount_company=Decimal(100), paid=Decimal(60), paid_on_time=Decimal(20)
    )
    assert standing(AFTER) == (100, 25, 25, 25, True, True, True)


def test_what_was_bought_leaves_out_what_is_cancelled_nobody_s_or_outside_the_days() -> None:
    customer = CustomerFactory.create()
    at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    OrderFactory.create(customer=customer, placed_at=at, lines=[("2", "10", "4"), ("1", "7", None), ("-1", "3", "1")])
    OrderFactory.create(customer=customer, placed_at=at, status="cancelled", lines=[("1", "99", "1")])
    OrderFactory.create(customer=None, placed_at=at, lines=[("1", "99", "1")])
    bought = "SELECT customer_id, revenue, cost, covered FROM crm_bought(%s, %s)"
    assert rows(bought, DAY, DAY) == [(customer.pk, 24, 7, 17)]
    assert rows(bought, date(2026, 1, 1), BEFORE) == rows(bought, AFTER, date(2026, 12, 31)) == []


def test_what_was_billed_is_of_invoices_due_in_the_days_as_of_the_last() -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, due_on=BEFORE, amount=Decimal(100), paid_on_time=Decimal(60))
    InvoiceFactory.create(customer=customer, due_on=DAY, amount=Decimal(50), paid_on_time=Decimal(20))
    InvoiceFactory.create(customer=customer, due_on=BEFORE, amount=Decimal(-30), paid_on_time=Decimal(-30))
    InvoiceFactory.create(customer=customer, due_on=AFTER, amount=Decimal(70), paid_on_time=Decimal(10))
    InvoiceFactory.create(due_on=BEFORE, amount=Decimal(-30))
    InvoiceFactory.create(customer=None, due_on=BEFORE)
    billed = "SELECT customer_id, due, on_time FROM crm_billed(%s, %s)"
    assert rows(billed, BEFORE, DAY) == [(customer.pk, 120, 80)]
    assert rows(billed, BEFORE, AFTER) == [(customer.pk, 160, 90)]
    assert rows(billed, DAY, AFTER) == [(customer.pk, 60, 30)]
    as_of = "SELECT customer_id, due, on_time FROM crm_billed(%s, %s, %s)"
    assert rows(as_of, BEFORE, DAY, DAY) == [(customer.pk, 120, 80)]
    assert rows(as_of, BEFORE, DAY, AFTER) == [(customer.pk, 150, 80)]
    assert rows(as_of, BEFORE, DAY, BEFORE) == [(customer.pk, 80, 80)]


@pytest.mark.usefixtures("as_owner")
def test_what_is_billed_is_one_rule_for_tiers_and_the_file() -> None:
    customer = CustomerFactory.create()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION crm_billed(first date, last date, as_of date)"
            " RETURNS TABLE (customer_id bigint, due numeric, on_time numeric) LANGUAGE sql STABLE"
            f" AS 'SELECT {customer.pk}::bigint, ($3 - $2 + 4)::numeric, 1::numeric'"
        )
        assert rows("SELECT customer_id, due, on_time FROM crm_billed(%s, %s)", DAY, DAY) == [(customer.pk, 4, 1)]
        cursor.execute(EXPORT.select, parameters(as_of=DAY, system=None))
        assert [str(row[-1]) for row in cursor.fetchall()] == ["0.2"]


def test_what_is_owed_counts_what_is_late_and_since_when_the_oldest_is_open() -> None:
    customer = CustomerFactory.create()
    InvoiceFactory.create(customer=customer, due_on=date(2026, 3, 2), amount=Decimal(5), paid=Decimal(5))
    InvoiceFactory.create(customer=customer, due_on=date(2026, 3, 3), amount=Decimal(100), paid=Decimal(40))
    InvoiceFactory.create(customer=customer, due_on=BEFORE, amount=Decimal(20))
    InvoiceFactory.create(customer=customer, due_on=DAY, amount=Decimal(7))
    InvoiceFactory.create(customer=None, due_on=BEFORE, amount=Decimal(9))
    owed = "SELECT customer_id, open, overdue, overdue_invoices, oldest FROM crm_owed(%s)"
    assert rows(owed, DAY) == [(customer.pk, 87, 80, 2, date(2026, 3, 3))]


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize(
    ("function", "indexes"),
    [
        ("crm_bought('2026-01-01', '2026-12-31')", {"order_customer"}),
        (
            "crm_billed('2026-01-01', '2026-12-31')",
            {"invoice_customer", "invoice_timeline"},
        ),  # of one without invoices it is all the same
        ("crm_billed('2026-01-01', '2026-12-31', '2027-01-01')", {"invoice_customer", "invoice_timeline"}),
        ("crm_owed('2026-12-31')", {"invoice_open"}),
    ],
)
def test_one_customer_s_figures_are_index_probes(function: str, indexes: set[str]) -> None:
    customer = CustomerFactory.create()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_order (number, customer_id, placed_at, status, currency, amount, amount_company)"
            " SELECT i, %(one)s, '2026-03-01', 'placed', 'EUR', 1, 1"
            " FROM generate_series(1, 3000) i;"
            "INSERT INTO customers_invoice"
            " (number, customer_id, issued_on, due_on, currency, amount, amount_company, paid, paid_on_time)"
            " SELECT i, %(one)s, '2026-03-01', '2026-03-01', 'EUR', 1, 1, 0, 0"
            " FROM generate_series(1, 3000) i; SELECT crm_analyse('customers_order'), crm_analyse('customers_invoice')",
            {"one": customer.pk},
        )
    plan = plans.nodes(f"SELECT * FROM {function} WHERE customer_id = {customer.pk + 1}")
    assert not plans.calls(plan, "crm_")
    assert indexes & plans.indexes(plan)


def test_of_one_customer_the_orders_of_the_window_alone_are_read() -> None:
    """However little the planner knows of the window: it took lines of a window for few and read everybody's."""
    plan = plans.nodes(
        "WITH span AS MATERIALIZED (SELECT %s::date AS first)"
        " SELECT * FROM span LEFT JOIN LATERAL crm_bought(span.first, %s) b ON b.customer_id = 7",
        [BEFORE, DAY],
    )
    (orders,) = [node for node in plan if node.get("Relation Name") == "customers_order"]
    assert "placed_at >=" in str(orders)
    assert "placed_at <" in str(orders)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("time", ["00:00:00", "23:59:59.999999"])
def test_what_is_bought_on_a_day_is_found_whatever_the_zone_of_the_session(zone: str, time: str) -> None:
    order = OrderFactory.create(placed_at=datetime.fromisoformat(f"{DAY}T{time}+00:00"))
    OrderLineFactory.create(order=order, amount_company=Decimal(7))
    rows("SELECT set_config('TimeZone', %s, true)", zone)
    assert [bought for _customer, bought, *_rest in rows("SELECT * FROM crm_bought(%s, %s)", DAY, DAY)] == [7]
    assert rows("SELECT * FROM crm_bought(%s, %s)", AFTER, AFTER) == []
