"""The nightly run, which decides only those of whom something changed, comes to the same as one that decides all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.common.days import today
from customers.models import (
    Customer,
    Invoice,
    Order,
    OrderLine,
    Payment,
    RetierClock,
    RetierMark,
    TierAssignment,
    TierPolicy,
)
from customers.tiers import assigning, changed, changed_sql, tiering, tiering_sql
from customers.trade.figures import refresh_figures
from tests import plans
from tests.conftest import NOON
from tests.customers.tiers.histories import at, counts, earn, history, tier
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import InvoiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NOVEMBER = date(2026, 11, 15)
CUSTOMERS = 4


def nightly() -> tiering.Retiered:
    return tiering.retier(only_changed=True)


def to_move() -> list[int]:
    """Whom a run that decides all would move."""
    policy, rules = tiering.get_policy()
    values = tiering.values_of(policy, rules, day=today(), now=today())
    with connection.cursor() as cursor:
        cursor.execute(tiering_sql.decided(len(rules), tiering_sql.FIGURED), values)
        return sorted(row[0] for row in cursor.fetchall())


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[list[int] | None]:
    """Whom each run decided; None: everybody."""
    found: list[list[int] | None] = []
    assign = assigning.assign

    def noted(values: dict[str, Any], *, rules: int, ids: list[int] | None = None) -> tuple[int, int]:
        found.append(ids)
        return assign(values, rules=rules, ids=ids)

    monkeypatch.setattr(assigning, "assign", noted)
    return found


@contextmanager
def days_later(days: int) -> Iterator[None]:
    with time_machine.travel(NOON + timedelta(days=days), tick=False):
        yield


def test_the_first_run_decides_everybody_the_next_one_nobody(decided: list[list[int] | None]) -> None:
    earn(CustomerFactory.create(), "6000")
    refresh_figures()
    assert counts(nightly()) == (1, 1, 0, 0)
    assert counts(nightly()) == (1, 0, 0, 1)
    assert decided == [None, [Customer.objects.get().pk]], "its own assignment marked it"
    nightly()
    assert decided[2:] == [[]]


@pytest.mark.parametrize("is_followed", [False, True])
def test_whose_trade_changed_is_decided_whether_or_not_the_figures_have_followed(
    is_followed: bool, decided: list[list[int] | None]
) -> None:
    buyer, _other = CustomerFactory.create_batch(2)
    for _run in range(2):
        nightly()
    earn(buyer, "6000")
    if is_followed:
        refresh_figures()
    assert counts(nightly()) == (2, 1, 0, 1)
    assert decided[-1] == [buyer.pk]
    assert history(buyer)[-1][0] == "gold"


def test_a_payment_dated_back_is_a_change(decided: list[list[int] | None]) -> None:
    customer = CustomerFactory.create()
    earn(customer, "30000")
    InvoiceFactory.create(customer=customer, due_on=date(2026, 9, 1), paid=Decimal(100))
    nightly()
    assert history(customer)[-1][0] == "bronze"
    Payment.objects.update(paid_on=date(2026, 8, 1))
    refresh_figures()
    nightly()
    assert decided[-1] == [customer.pk]
    assert history(customer)[-1][0] == "platinum"


def test_days_that_pass_bring_in_and_take_out_facts(decided: list[list[int] | None]) -> None:
    names = ("leaves", "comes", "is due", "was late", "stays")
    leaves, comes, is_due, was_late, stays = (CustomerFactory.create(name=name) for name in names)
    earn(leaves, "6000", day=date(2025, 11, 20))
    earn(comes, "6000", day=date(2026, 11, 18))
    for customer in (is_due, was_late, stays):
        earn(customer, "6000", day=date(2026, 5, 1))
    InvoiceFactory.create(customer=is_due, due_on=date(2026, 11, 19))
    InvoiceFactory.create(customer=was_late, due_on=date(2025, 11, 21))
    for _run in range(2):
        refresh_figures()
        nightly()
    with days_later(3):
        assert counts(nightly()) == (5, 1, 0, 4)
        assert decided[-1] == [comes.pk]
    with days_later(10):
        assert counts(nightly()) == (5, 1, 2, 2)
        assert decided[-1] == sorted([leaves.pk, comes.pk, is_due.pk, was_late.pk])


def test_other_rules_are_applied_to_everybody(decided: list[list[int] | None]) -> None:
    customer = CustomerFactory.create()
    earn(customer, "6000")
    nightly()
    policy = TierPolicy.objects.create(version=7, rules=[{"tier": "gold", "min_value": "9000"}, {"tier": "silver"}])
    tiering.publish_policy(policy=policy, by=UserFactory.create(), at=NOON)
    assert counts(nightly()) == (1, 0, 1, 0)
    assert decided[-1] is None


def test_a_clock_that_is_ahead_is_not_believed(decided: list[list[int] | None]) -> None:
    with days_later(30):
        nightly()
    nightly()
    assert decided == [None, None]


def test_of_many_who_changed_all_are_decided_at_once(
    decided: list[list[int] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiering, "OR_SO_MANY", 1)
    customers = CustomerFactory.create_batch(10)
    for _run in range(3):
        nightly()
    for customer in customers[:2]:
        earn(customer, "6000")
    nightly()
    assert decided[-1] == [customer.pk for customer in customers[:2]]
    for _run in range(2):
        nightly()
    for customer in customers[:3]:
        earn(customer, "60000")
    assert nightly().upgraded == 3
    assert decided[-1] is None


def test_a_decision_of_a_past_day_leaves_the_clock_alone() -> None:
    CustomerFactory.create()
    nightly()
    before = RetierClock.objects.values().get()
    tiering.retier(as_of=date(2026, 3, 1))
    assert RetierClock.objects.values().get() == before


def test_killed_on_the_way_the_next_run_decides_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    nightly()
    customers = CustomerFactory.create_batch(3)
    for customer in customers:
        earn(customer, "6000")
    with monkeypatch.context() as patched:
        patched.setattr(changed, "settle", lambda _values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            nightly()
    assert RetierMark.objects.exists()
    TierAssignment.objects.all().delete()  # as if it had come to nobody
    assert nightly().upgraded == 3
    assert to_move() == []


def test_those_who_changed_are_found_without_reading_everything(tidy_tables: None) -> None:
    customers = CustomerFactory.create_batch(400)
    orders = Order.objects.bulk_create(
        Order(customer=one, placed_at=at(date(2026, 5, 1)), amount=1, amount_company=1) for one in customers
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, quantity=1, unit_price=1, amount_company=1, day=date(2026, 5, 1))
        for order in orders
        for _line in range(5)
    )
    Invoice.objects.bulk_create(
        Invoice(customer=one, issued_on=date(2026, 4, 1), due_on=date(2026, 5, 1), amount=1, amount_company=1)
        for one in customers
    )
    for table in ("orderline", "order", "invoice", "customer", "tierassignment"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT crm_analyse('customers_{table}')")
    policy, rules = tiering.get_policy()
    ids = [customers[7].pk]
    values = {**tiering.values_of(policy, rules, day=today(), now=today()), "ids": ids}
    statement = tiering_sql.decided(len(rules), changed_sql.FIGURED)
    read = {node["Relation Name"] for node in plans.nodes(statement, values) if node["Node Type"] == "Seq Scan"}
    assert not read & {"customers_orderline", "customers_order", "customers_invoice", "customers_customer"}


# --- Whatever happens ---


class Company:
    """Some customers, and what may happen to them; `n` and `m` choose."""

    def __init__(self) -> None:
        self.customers = CustomerFactory.create_batch(CUSTOMERS)

    def one(self, n: int) -> Customer:
        return self.customers[n % CUSTOMERS]

    def day(self, m: int) -> date:
        """About the first or the last day of the window."""
        return today() - timedelta(days=365 * (m % 2)) + timedelta(days=m // 2 % 60 - 10)

    def buys(self, n: int, m: int) -> None:
        earn(self.one(n), str(600 * (1 + m % 40)), day=self.day(m))

    def is_billed(self, n: int, m: int) -> None:
        InvoiceFactory.create(customer=self.one(n), due_on=self.day(m), paid=Decimal(m % 100))

    def pays(self, _n: int, m: int) -> None:
        Payment.objects.update(paid_on=self.day(m))

    def order_is_others(self, n: int, m: int) -> None:
        Order.objects.filter(customer=self.one(n)).update(customer=self.one(m))

    def invoice_is_others(self, n: int, m: int) -> None:
        Invoice.objects.filter(customer=self.one(n)).update(customer=self.one(m))

    def cancels(self, n: int, _m: int) -> None:
        Order.objects.filter(customer=self.one(n)).update(status="cancelled")

    def costs_more(self, _n: int, m: int) -> None:
        OrderLine.objects.update(cost_company=100 * m)

    def is_deleted(self, n: int, _m: int) -> None:
        Order.objects.filter(customer=self.one(n)).delete()
        Invoice.objects.filter(customer=self.one(n)).delete()

    def person_decides(self, n: int, m: int) -> None:
        """From today or later on, for some days or for good."""
        first = today() + timedelta(days=m % 3 * 5)
        until = None if m % 2 else first + timedelta(days=1 + m % 7)
        TierAssignment.objects.filter(customer=self.one(n)).delete()
        TierAssignmentFactory.create(
            customer=self.one(n), tier=tier("platinum"), valid=(first, until), reason="override"
        )

    def nobody_decides(self, n: int, _m: int) -> None:
        TierAssignment.objects.filter(customer=self.one(n), reason="override").delete()

    def past_is_decided(self, _n: int, m: int) -> None:
        tiering.retier(as_of=today() - timedelta(days=m % 60))


HAPPENS: list[Callable[[Company, int, int], None]] = [
    Company.buys, Company.is_billed, Company.pays, Company.order_is_others, Company.invoice_is_others, Company.cancels,
    Company.costs_more, Company.is_deleted, Company.person_decides, Company.nobody_decides, Company.past_is_decided,
]  # fmt: skip
SMALL = st.integers(0, 399)
NIGHT = st.tuples(
    st.lists(st.tuples(st.sampled_from(HAPPENS), SMALL, SMALL), max_size=4), st.booleans(), st.sampled_from([0, 1, 30])
)


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(nights=st.lists(NIGHT, min_size=3, max_size=6))
def test_whatever_happens_nobody_is_left_to_move(
    nights: list[tuple[list[tuple[Callable[[Company, int, int], None], int, int]], bool, int]],
) -> None:
    later = 0
    with transaction.atomic():
        company = Company()
        for n in range(CUSTOMERS):
            company.buys(n, 2 * n + 1)
        for happened, have_figures_followed, days in nights:
            later += days
            with days_later(later):
                for what, n, m in happened:
                    what(company, n, m)
                if have_figures_followed:
                    refresh_figures()
                nightly()
                assert to_move() == []
        transaction.set_rollback(True)
