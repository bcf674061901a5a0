"""No two tiers of a customer overlap, whoever writes them: a law of the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import ExclusionViolation

from customers.models import Customer, Tier, TierAssignment
from tests.database import another_connection
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory

FIRST = date(2026, 1, 1)
Days = tuple[int, int | None]
INSERT = "INSERT INTO customers_tierassignment (customer_id, tier_id, valid, reason, figures) VALUES "
DAYS = st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(1, 6))).map(
    lambda drawn: (drawn[0], None if drawn[1] is None else drawn[0] + drawn[1])
)


def on(day: int | None) -> date | None:
    return None if day is None else FIRST + timedelta(days=day)


def overlap(one: Days, other: Days) -> bool:
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def row(customer: int, days: Days) -> str:
    tier = Tier.objects.order_by("pk").values_list("pk", flat=True)[0]
    until = f"'{on(days[1])}'" if days[1] is not None else "NULL"
    return f"({customer}, {tier}, daterange('{on(days[0])}', {until}), 'policy', '{{}}')"


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(IntegrityError, match="has another tier on days of") as error, transaction.atomic():
        yield
    assert isinstance(error.value.__cause__, ExclusionViolation)
    assert error.value.__cause__.diag.constraint_name == "tier_assignment_no_overlap"


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), DAYS), min_size=2, max_size=4), st.booleans())
def test_a_statement_is_refused_exactly_when_two_overlap(drawn: list[tuple[bool, Days]], at_once: bool) -> None:
    clash = any(mine == theirs and overlap(a, b) for (mine, a), (theirs, b) in combinations(drawn, 2))
    with transaction.atomic():
        ids = {mine: CustomerFactory.create().pk for mine in (True, False)}
        TierAssignment.objects.all().delete()
        values = [row(ids[mine], days) for mine, days in drawn]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in [", ".join(values)] if at_once else values:
                    cursor.execute(INSERT + statement)
            assert not clash
        except IntegrityError:
            assert clash
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_change_that_would_overlap_is_refused_and_one_that_makes_room_is_not() -> None:
    customer = CustomerFactory.create()
    first = TierAssignmentFactory.create(customer=customer, tier=Tier.objects.get(rank=1), valid=(on(0), on(5)))
    second = TierAssignmentFactory.create(customer=customer, tier=Tier.objects.get(rank=2), valid=(on(5), None))
    with refused():
        TierAssignment.objects.filter(pk=first.pk).update(valid=(on(0), on(6)))
    with refused():
        TierAssignment.objects.filter(pk=first.pk).update(valid=(on(9), None))
    stranger = TierAssignmentFactory.create(tier=first.tier, valid=(on(7), None))
    with refused():
        TierAssignment.objects.filter(pk=stranger.pk).update(customer=customer)
    with connection.cursor() as cursor:  # one statement: only where it ends counts
        cursor.execute(
            "UPDATE customers_tierassignment SET valid = CASE id WHEN %s THEN daterange(%s, %s)"
            " ELSE daterange(%s, NULL) END WHERE customer_id = %s",
            [first.pk, on(0), on(8), on(8), customer.pk],
        )
    assert [(found.valid.lower, found.valid.upper) for found in customer.tier_assignments.order_by("valid")] == [
        (on(0), on(8)),
        (on(8), None),
    ]
    assert second.pk in customer.tier_assignments.values_list("pk", flat=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("days", "is_refused"), [((3, None), True), ((5, None), False)])
def test_of_two_at_once_the_second_waits_and_sees_what_the_first_has_written(days: Days, is_refused: bool) -> None:
    customer = CustomerFactory.create()
    TierAssignment.objects.all().delete()
    outcome: list[Any] = []

    def second(other: psycopg.Connection[Any]) -> None:
        try:
            other.execute(INSERT + row_text)
            other.commit()
            outcome.append("written")
        except ExclusionViolation:
            outcome.append("refused")

    row_text = row(customer.pk, days)
    with another_connection() as other:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT + row(customer.pk, (0, 5)))
            thread = threading.Thread(target=second, args=(other,))
            thread.start()
            thread.join(0.3)
            assert thread.is_alive(), "it did not wait for the one before"
        thread.join(10)
    assert outcome == ["refused" if is_refused else "written"]
    assert TierAssignment.objects.filter(customer=customer).count() == (1 if is_refused else 2)


@pytest.mark.django_db
def test_a_customer_without_a_row_yet_is_held_to_it_all_the_same() -> None:
    """As in a file: assignments are written before the row of who arrives."""
    with refused(), connection.cursor() as cursor:
        cursor.execute(f"{INSERT} {row(987_654, (0, 5))}, {row(987_654, (4, None))}")
    assert not Customer.objects.filter(pk=987_654).exists()
