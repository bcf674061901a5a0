"""Tiers are decided while people log contacts and files come in: nobody waits for it, and no fact keeps an old tier."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.range import Range

from crm.common import locks
from crm.common.days import today
from customers.interactions.recording import log_interaction
from customers.models import Customer, Interaction, Order, Tier, TierMark
from customers.tasks import follow_tiers
from customers.tiers.tiering import retier
from tests.conftest import UserFor
from tests.customers.importing.files import load, write_csv
from tests.database import another_connection
from tests.factories.customers import CustomerFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.threads import begin, end

pytestmark = pytest.mark.django_db(transaction=True)

SINCE = Range(date(2026, 1, 1), None)
Wait = Callable[[Callable[[], object]], None]


@pytest.fixture
def customers() -> list[Customer]:
    """Two who lose the best tier by the seeded policy: they have bought nothing."""
    best = Tier.objects.get(rank=1)
    made = [CustomerFactory.create(tier=best) for _ in range(2)]
    for customer in made:
        TierAssignmentFactory.create(customer=customer, tier=best, valid=SINCE)
    return made


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(  # only this database's: other tests work beside, on the same server
            "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def log_contact(customer: Customer, user_for: UserFor) -> None:
    log_interaction(customer=customer, channel="phone", direction="in", by=user_for("service"), now=timezone.now())


def worst() -> Tier:
    return Tier.objects.get(rank=4)


def test_a_contact_logged_while_tiers_are_decided_gets_the_new_one(
    customers: list[Customer], user_for: UserFor, wait_for: Wait
) -> None:
    first, second = customers
    user_for("service")
    with another_connection() as somebody:
        somebody.execute("SELECT FROM customers_customer WHERE id = %s FOR UPDATE", [second.pk])
        deciding = begin(retier)
        wait_for(lambda: waiting() == 1)
        logging = begin(lambda: log_contact(first, user_for))
        wait_for(lambda: waiting() == 2)
        somebody.rollback()
    end(deciding)
    end(logging)
    follow_tiers()
    assert Customer.objects.get(pk=first.pk).tier == worst()
    assert Interaction.objects.get().tier == worst()
    assert not TierMark.objects.exists()


def test_a_file_that_comes_in_meanwhile_gets_the_new_tiers(customers: list[Customer], tmp_path: Path) -> None:
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name,tax_id", [["c1", "Ada", "DE811193231"]]))
    customer = Customer.objects.get(link_key="tax:DE811193231")
    customer.tier_assignments.all().delete()
    TierAssignmentFactory.create(customer=customer, tier=Tier.objects.get(rank=1), valid=SINCE)
    headers = "external_id,customer_external_id,placed_at,quantity,unit_price"
    orders = write_csv(tmp_path / "o.csv", headers, [["o1", "c1", today().isoformat(), 1, 1]])
    with transaction.atomic():
        load("orders", orders)
        deciding = begin(retier)
        end(deciding)
        assert not deciding.is_alive()
        assert Order.objects.get().tier.rank == 1
        assert TierMark.objects.count() == 3
    follow_tiers()
    assert Order.objects.get().tier == worst()
    assert not TierMark.objects.exists()


def test_marks_of_a_run_that_died_are_found(
    customers: list[Customer], user_for: UserFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_contact(customers[0], user_for)
    with another_connection() as other, monkeypatch.context() as patched:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.TIER_MARKS)
        patched.setattr(locks, "JOB_PATIENCE_S", 0.1)
        with pytest.raises(locks.Busy, match="the facts of customers whose tier has changed"):
            retier()
        follow_tiers()
        assert Interaction.objects.get().tier.rank == 1
    follow_tiers()
    assert Interaction.objects.get().tier == worst()


def test_two_runs_take_turns(customers: list[Customer]) -> None:
    runs = [begin(retier) for _ in range(3)]
    for run in runs:
        end(run)
    assert [customer.tier_assignments.count() for customer in customers] == [2, 2]
    assert retier().held == 2
