"""Rows that contradict what they follow from are written with the triggers switched off."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from customers.models import Invoice, OrderLine, Payment, Tier
from customers.trade.deriving import (
    find_invoices,
    find_lines,
    find_payments,
    mend_invoices,
    mend_lines,
    mend_payments,
)
from tests.database import as_owner
from tests.factories.accounts import TeamFactory
from tests.factories.trade import (
    InvoiceFactory,
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    ProductFactory,
    ProductGroupFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
DUE = date(2026, 3, 31)
EVER = 2**62


@pytest.fixture
def cursor() -> Iterator[CursorWrapper]:
    with connection.cursor() as opened:
        yield opened


@contextmanager
def untriggered(table: str) -> Iterator[CursorWrapper]:
    with as_owner(), connection.cursor() as owner:
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield owner
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def spoil_line(line: OrderLine, wrong: str) -> None:
    with untriggered("customers_orderline") as owner:
        owner.execute(f"UPDATE customers_orderline SET {wrong} WHERE id = %s", [line.pk])


def spoil_invoice(invoice: Invoice, wrong: str) -> None:
    with untriggered("customers_invoice") as owner:
        owner.execute(f"UPDATE customers_invoice SET {wrong} WHERE id = %s", [invoice.pk])


@pytest.fixture
def line() -> OrderLine:
    """Between two others of which nothing is wrong; all cost what their product costs."""
    order = OrderFactory.create(placed_at=AT, team=TeamFactory.create(), tier=Tier.objects.get(key="gold"))
    product = ProductFactory.create(group=ProductGroupFactory.create(), unit_cost=Decimal("2.5"))
    _first, middle, _last = OrderLineFactory.create_batch(3, order=order, product=product, unit_cost=None, day=DUE)
    return middle


@pytest.fixture
def invoice() -> Invoice:
    """Likewise: 60 of 100 paid, 40 of them on time."""
    _first, middle, _last = (InvoiceFactory.create(due_on=DUE, paid=60, paid_on_time=40) for _ in range(3))
    return middle


@pytest.mark.parametrize(
    "wrong",
    [
        "day = '1999-01-01'",
        "counted = false",
        "team_id = NULL",
        "tier_id = NULL",
        "product_group_id = NULL",
        "cost_company = cost_company + 1",
    ],
)
def test_a_line_that_contradicts_its_order_or_product_is_found_and_mended(
    line: OrderLine, cursor: CursorWrapper, wrong: str
) -> None:
    before = list(OrderLine.objects.order_by("pk").values())
    spoil_line(line, wrong)
    assert find_lines(cursor, 0, EVER) == [line.pk]
    assert mend_lines(cursor, [line.pk]) == 1
    assert list(OrderLine.objects.order_by("pk").values()) == before
    assert (find_lines(cursor, 0, EVER), mend_lines(cursor, [line.pk])) == ([], 0)


@pytest.mark.parametrize("wrong", ["paid = 61", "paid_on_time = 0", "settled_on = '2026-04-01'"])
def test_an_invoice_that_contradicts_its_payments_is_found_and_mended(
    invoice: Invoice, cursor: CursorWrapper, wrong: str
) -> None:
    before = list(Invoice.objects.order_by("pk").values())
    spoil_invoice(invoice, wrong)
    assert find_invoices(cursor, 0, EVER) == [invoice.pk]
    assert mend_invoices(cursor, [invoice.pk]) == 1
    assert list(Invoice.objects.order_by("pk").values()) == before
    assert (find_invoices(cursor, 0, EVER), mend_invoices(cursor, [invoice.pk])) == ([], 0)


@pytest.mark.parametrize("wrong", ["customer_id = NULL", "customer_id = customer_id + 1"])
def test_a_payment_of_another_customer_than_its_invoice_s_is_found_and_mended(
    invoice: Invoice, cursor: CursorWrapper, wrong: str
) -> None:
    before = list(Payment.objects.order_by("pk").values())
    payment = Payment.objects.filter(invoice=invoice).order_by("pk")[0]
    with untriggered("customers_payment") as owner:
        owner.execute(f"UPDATE customers_payment SET {wrong} WHERE id = %s", [payment.pk])
    assert find_payments(cursor, 0, EVER) == find_payments(cursor, payment.pk, payment.pk + 1) == [payment.pk]
    assert find_payments(cursor, 0, payment.pk) == find_payments(cursor, payment.pk + 1, EVER) == []
    assert mend_payments(cursor, [payment.pk + 1]) == 0
    assert mend_payments(cursor, [payment.pk, payment.pk + 1]) == 1
    assert list(Payment.objects.order_by("pk").values()) == before
    assert (find_payments(cursor, 0, EVER), mend_payments(cursor, [payment.pk])) == ([], 0)


def test_a_payment_that_nobody_told_of_is_found(invoice: Invoice, cursor: CursorWrapper) -> None:
    with untriggered("customers_payment"):
        PaymentFactory.create(invoice=invoice, paid_on=date(2026, 4, 9), amount=Decimal(40))
    assert find_invoices(cursor, 0, EVER) == [invoice.pk]
    assert mend_invoices(cursor, [invoice.pk]) == 1
    invoice.refresh_from_db()
    assert (invoice.paid, invoice.paid_on_time, invoice.settled_on) == (100, 40, date(2026, 4, 9))


@pytest.mark.parametrize(("first", "after", "found"), [(0, 0, 0), (0, 1, 1), (1, 1, 0), (-1, 0, 0), (-1, 2, 1)])
def test_a_range_begins_with_its_first_and_ends_before_its_last(
    line: OrderLine, invoice: Invoice, cursor: CursorWrapper, first: int, after: int, found: int
) -> None:
    spoil_line(line, "counted = false")
    spoil_invoice(invoice, "paid = 61")
    assert find_lines(cursor, line.pk + first, line.pk + after) == [line.pk] * found
    assert find_invoices(cursor, invoice.pk + first, invoice.pk + after) == [invoice.pk] * found


def test_only_those_named_are_mended(line: OrderLine, invoice: Invoice, cursor: CursorWrapper) -> None:
    spoil_line(line, "counted = false")
    spoil_invoice(invoice, "paid = 61")
    others = (line.pk + 1, invoice.pk + 1, 2**40)
    for mend in (mend_lines, mend_invoices):
        assert (mend(cursor, []), mend(cursor, list(others[:1] + others[2:]))) == (0, 0)
    assert (find_lines(cursor, 0, EVER), find_invoices(cursor, 0, EVER)) == ([line.pk], [invoice.pk])


def test_nothing_there_is_nothing_wrong(cursor: CursorWrapper) -> None:
    assert (find_lines(cursor, 0, EVER), find_invoices(cursor, 0, EVER)) == ([], [])
