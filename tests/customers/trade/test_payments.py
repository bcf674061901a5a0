"""What its payments make of an invoice, whoever writes them: these tests write SQL."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from customers.models import Invoice, Payment
from tests import plans
from tests.beside import beside
from tests.factories.trade import InvoiceFactory, PaymentFactory

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 31)
Settled = tuple[Decimal, Decimal, date | None]
NOTHING: Settled = (Decimal(0), Decimal(0), None)


def execute(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def invoice(amount: str = "100", **fields: Any) -> Invoice:
    return InvoiceFactory.create(due_on=DUE, amount=Decimal(amount), **fields)


def pay(paid: Invoice, *payments: tuple[int, str]) -> None:
    """Amounts by days after the invoice is due, in one statement."""
    values = ", ".join(f"({paid.pk}, DATE '{DUE}' + {late}, {amount})" for late, amount in payments)
    execute(f"INSERT INTO customers_payment (invoice_id, paid_on, amount) VALUES {values}")


def settled(paid: Invoice) -> Settled:
    return Invoice.objects.values_list("paid", "paid_on_time", "settled_on").get(pk=paid.pk)


def on(late: int) -> date:
    return date.fromordinal(DUE.toordinal() + late)


@pytest.mark.parametrize(
    ("payments", "paid", "on_time", "late"),
    [
        ([], 0, 0, None),
        ([(0, "100")], 100, 100, 0),
        ([(-2, "150")], 100, 100, -2),
        ([(-9, "30"), (0, "30")], 60, 60, None),
        ([(-9, "30"), (0, "30"), (1, "40")], 100, 60, 1),
        ([(-9, "30"), (0, "30"), (1, "39.9999")], "99.9999", 60, None),
        ([(1, "100")], 100, 0, 1),
        ([(-2, "50"), (-1, "50"), (5, "50")], 100, 100, -1),
        ([(3, "60"), (3, "40"), (4, "5")], 100, 0, 3),
        ([(-3, "100"), (2, "-100"), (7, "100")], 100, 100, 7),
        ([(-3, "100"), (2, "-20")], 80, 80, None),
        ([(-3, "-100")], 0, 0, None),
        ([(-3, "100"), (-2, "-100"), (9, "10")], 10, 0, None),
    ],
)
def test_paid_on_time_and_settled(payments: list[tuple[int, str]], paid: object, on_time: object, late: int) -> None:
    bill = invoice()
    if payments:
        pay(bill, *payments)
    expected = (Decimal(str(paid)), Decimal(str(on_time)), None if late is None else on(late))
    assert settled(bill) == expected


def test_a_credit_note_is_settled_by_what_is_given_back() -> None:
    note, nothing = invoice("-100"), invoice("0")
    pay(note, (-1, "-60"), (2, "-50"), (3, "-1"))
    pay(nothing, (0, "5"))
    assert settled(note) == (Decimal(-100), Decimal(-60), on(2))
    assert settled(nothing) == NOTHING


def test_invoices_do_not_mix() -> None:
    first, second = invoice(), invoice("50")
    pay(first, (0, "50"))
    pay(second, (0, "50"))
    assert (settled(first), settled(second)) == ((50, 50, None), (50, 50, DUE))


def test_payments_that_go_change_or_move_take_what_they_made_with_them() -> None:
    first, second = invoice(), invoice()
    pay(first, (0, "100"), (1, "30"))
    execute("DELETE FROM customers_payment WHERE amount = 100")
    assert settled(first) == (30, 0, None)
    execute("UPDATE customers_payment SET amount = 100, paid_on = paid_on - 1")
    assert settled(first) == (100, 100, DUE)
    execute("UPDATE customers_payment SET invoice_id = %s", second.pk)
    assert (settled(first), settled(second)) == (NOTHING, (100, 100, DUE))
    execute("DELETE FROM customers_payment")
    assert settled(second) == NOTHING


@pytest.mark.usefixtures("as_owner")
def test_without_any_payments_nothing_is_paid() -> None:
    bills = [invoice(), invoice("-5")]
    for bill in bills:
        pay(bill, (0, str(bill.amount)))
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("TRUNCATE customers_payment")
    assert [settled(bill) for bill in bills] == [NOTHING, NOTHING]


def test_another_amount_or_due_day_is_judged_anew() -> None:
    bill = invoice()
    pay(bill, (0, "60"), (2, "40"))
    execute("UPDATE customers_invoice SET amount = 60")
    assert settled(bill) == (60, 60, DUE)
    execute("UPDATE customers_invoice SET amount = 200, due_on = due_on - 1")
    assert settled(bill) == (100, 0, None)


def test_what_is_set_wrong_is_put_right() -> None:
    bill = invoice()
    pay(bill, (0, "60"))
    execute("UPDATE customers_invoice SET paid = 7, paid_on_time = 0, settled_on = now()")
    assert settled(bill) == (60, 60, None)
    execute(
        "INSERT INTO customers_invoice"
        " (number, issued_on, due_on, currency, amount, amount_company, paid, paid_on_time)"
        " VALUES ('X', now(), now(), 'EUR', 10, 10, 10, 10)"
    )
    assert settled(Invoice.objects.get(number="X")) == NOTHING


def test_payments_that_stood_there_before_their_invoice_count() -> None:
    with transaction.atomic():
        execute("INSERT INTO customers_payment (invoice_id, paid_on, amount) VALUES (4711, %s, 60)", DUE)
        bill = invoice(pk=4711)
    assert settled(bill) == (60, 60, None)


def test_an_invoice_whose_figures_stay_is_not_written() -> None:
    bill = invoice()
    pay(bill, (0, "100"))
    execute("CREATE TEMP TABLE before AS SELECT ctid AS place FROM customers_invoice")
    pay(bill, (5, "10"))
    execute("UPDATE customers_payment SET amount = amount")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_invoice i JOIN before ON place = i.ctid")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_two_who_pay_the_same_invoice_at_once_both_count() -> None:
    bill = invoice()
    with beside() as other:
        with transaction.atomic():
            pay(bill, (0, "30"))
            other.start(f"INSERT INTO customers_payment (invoice_id, paid_on, amount) VALUES ({bill.pk}, '{DUE}', 70)")
            other.wait_until_it_waits()
        other.commit()
    assert settled(bill) == (100, 100, DUE)


def of(*bills: Invoice) -> list[int | None]:
    """Whose the payments are, in the order of their bills."""
    return list(Payment.objects.filter(invoice__in=bills).order_by("invoice").values_list("customer_id", flat=True))


def test_a_payment_is_of_the_customer_of_its_invoice_wherever_they_go() -> None:
    first, second, third = invoice(), invoice(), invoice(customer=None)
    for bill in (first, second, third):
        pay(bill, (0, "10"))
    ours, other = first.customer_id, second.customer_id
    assert of(first, second, third) == [ours, other, None]
    Invoice.objects.filter(pk__in=[second.pk, third.pk]).update(customer=ours)
    assert of(first, second, third) == [ours, ours, ours]
    Invoice.objects.filter(pk=first.pk).update(customer=None)
    assert of(first, second, third) == [None, ours, ours]
    execute("UPDATE customers_payment SET invoice_id = %s", first.pk)
    assert of(first) == [None, None, None]
    execute("UPDATE customers_payment SET invoice_id = %s", second.pk)
    assert of(second) == [ours, ours, ours]


def test_payments_that_stood_there_before_their_invoice_learn_whose_they_are() -> None:
    with transaction.atomic():
        execute("INSERT INTO customers_payment (invoice_id, paid_on, amount) VALUES (4711, %s, 60)", DUE)
        bill = invoice(pk=4711)
    assert of(bill) == [bill.customer_id]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pays_first", [True, False])
def test_who_pays_while_the_invoice_goes_to_another_pays_for_that_one(pays_first: bool) -> None:
    bill, other_customer = invoice(), invoice().customer_id
    payment = f"INSERT INTO customers_payment (invoice_id, paid_on, amount) VALUES ({bill.pk}, '{DUE}', 70)"
    goes = f"UPDATE customers_invoice SET customer_id = {other_customer} WHERE id = {bill.pk}"
    with beside() as other:
        with transaction.atomic():
            execute(payment if pays_first else goes)
            other.start(goes if pays_first else payment)
            other.wait_until_it_waits()
        other.commit()
    assert of(bill) == [other_customer]


@pytest.mark.django_db(transaction=True)
def test_a_payment_of_nothing_does_not_hide_the_next_one() -> None:
    """The first leaves the invoice as it was: the second must wait for it all the same."""
    bill = invoice()
    with beside() as other:
        with transaction.atomic():
            pay(bill, (0, "-30"))
            other.start(f"INSERT INTO customers_payment (invoice_id, paid_on, amount) VALUES ({bill.pk}, '{DUE}', 70)")
            other.wait_until_it_waits()
        other.commit()
    assert settled(bill) == (40, 40, None)


@pytest.mark.usefixtures("tidy_tables")
def test_one_invoice_is_settled_by_its_own_payments_alone() -> None:
    for bill in [invoice() for _ in range(3)]:
        PaymentFactory.create_batch(400, invoice=bill, amount=Decimal("0.1"))
    execute("SELECT crm_analyse('customers_payment'), crm_analyse('customers_invoice')")
    plan = plans.nodes("SELECT * FROM invoice_as_paid WHERE id = ANY(%s)", [[bill.pk]])
    assert not [
        node for node in plan if node["Node Type"] == "Seq Scan" and node["Relation Name"] == "customers_payment"
    ]
    assert any("invoice_id" in name for name in plans.indexes(plan))
