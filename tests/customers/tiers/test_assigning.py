from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from customers.models import Customer, TierMark, TierPolicy
from customers.tiers import assigning
from customers.tiers.assigning import assign
from tests.customers.tiers.histories import DAY, history, tier
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import OrderFactory

pytestmark = pytest.mark.django_db


def decide(least: str = "100", day: date = DAY) -> tuple[int, int]:
    """Gold for whoever brought so much in the first months of the year, bronze for the others."""
    values: dict[str, Any] = {
        "as_of": day, "today": day, "first": date(2026, 1, 1), "last": day, "profit": False, "measure": "revenue",
        "policy": TierPolicy.objects.values_list("pk", flat=True).first(),
        "r0_tier": tier("gold").pk, "r0_value": Decimal(least), "r0_share": None,
        "r1_tier": tier("bronze").pk, "r1_value": None, "r1_share": None,
    }  # fmt: skip
    return assign(values, rules=2)


def is_there(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return bool(cursor.fetchone()[0])


@pytest.fixture
def customers() -> list[Customer]:
    """The first brought 100, the second less, the third is in gold by a person."""
    rich, poor, kept = CustomerFactory.create_batch(3)
    for customer, price in ((rich, "100"), (poor, "99.99")):
        OrderFactory.create(customer=customer, placed_at=f"{date(2026, 2, 1)}T12:00Z", lines=[("1", price, None)])
    TierAssignmentFactory.create(customer=kept, tier=tier("gold"), valid=(date(2026, 1, 1), None), reason="override")
    return [rich, poor, kept]


def test_nobody_to_decide_is_nobody_up_or_down() -> None:
    assert decide() == (0, 0)
    assert not TierMark.objects.exists()


def test_who_goes_up_and_down_is_counted_and_marked_and_a_second_time_nobody(customers: list[Customer]) -> None:
    rich, poor, kept = customers
    assert decide() == (2, 0)
    assert (history(rich), history(poor)) == ([("gold", DAY, None)], [("bronze", DAY, None)])
    assert history(kept) == [("gold", date(2026, 1, 1), None)]
    assert sorted(TierMark.objects.values_list("customer_id", "from_day")) == [(rich.pk, DAY), (poor.pk, DAY)]
    later = date(2026, 3, 9)
    assert decide("99.99", day=later) == (1, 0)
    assert decide("100.01", day=later) == (0, 2)
    assert decide("100.01", day=later) == (0, 0)
    assert sorted(TierMark.objects.filter(from_day=later).values_list("customer_id", flat=True)) == [
        rich.pk, poor.pk, poor.pk,
    ]  # fmt: skip


def test_nothing_is_left_of_the_decisions(customers: list[Customer]) -> None:
    assert len(customers) == 3
    decide()
    assert not is_there("retier_decision")
    with connection.cursor() as cursor:  # as one left by a run that was broken off in this session
        cursor.execute("CREATE TEMP TABLE retier_decision (x int)")
    assert decide() == (0, 0)


@contextmanager
def broken_off(monkeypatch: pytest.MonkeyPatch, *, after: int) -> Iterator[None]:
    write, steps = assigning._write, []

    def breaking(values: dict[str, Any]) -> tuple[int | None, int, int]:
        if len(steps) == after:
            raise KeyboardInterrupt
        steps.append(values)
        return write(values)

    with monkeypatch.context() as patched:
        patched.setattr(assigning, "_write", breaking)
        patched.setattr(assigning, "FIRST_CUSTOMERS", 1)
        patched.setattr(assigning, "MOST_CUSTOMERS", 1)
        yield


def test_a_run_broken_off_leaves_whom_it_came_to_and_the_next_decides_the_rest(
    customers: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    rich, poor, _kept = customers
    with broken_off(monkeypatch, after=1), pytest.raises(KeyboardInterrupt):
        decide()
    assert not is_there("retier_decision")
    assert (history(rich), history(poor)) == ([("gold", DAY, None)], [])
    assert list(TierMark.objects.values_list("customer_id", flat=True)) == [rich.pk]
    assert decide() == (1, 0)
    assert history(poor) == [("bronze", DAY, None)]


def test_where_the_transaction_is_lost_the_reason_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more can be said to the database then, and its rollback takes the decisions along."""

    def lost(_values: dict[str, Any]) -> tuple[int | None, int, int]:
        transaction.set_rollback(True)
        raise ZeroDivisionError

    monkeypatch.setattr(assigning, "_write", lost)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        decide()
    assert not is_there("retier_decision")
