from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from crm.embedded import processes
from customers.interactions.last_contact import refresh_last_contact
from customers.interactions.recording import log_interaction, undo_interaction
from customers.models import Customer
from tests import plans
from tests.beside import beside
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def last(customer: Customer) -> datetime | None:
    return Customer.objects.get(pk=customer.pk).last_contact_at


def refresh(*customers: Customer) -> None:
    with connection.cursor() as cursor:
        refresh_last_contact(cursor, [customer.pk for customer in customers])


def test_it_is_the_newest_contact_that_counts() -> None:
    first, second = CustomerFactory.create_batch(2)
    InteractionFactory.create(customer=first, occurred_at=NOON)
    InteractionFactory.create(customer=first, occurred_at=NOON - timedelta(days=1))
    InteractionFactory.create(customer=first, occurred_at=NOON + timedelta(days=1), is_contact=False)
    refresh(first, second)
    assert (last(first), last(second)) == (NOON, None)
    first.interactions.all().delete()
    refresh(first)
    assert last(first) is None


def test_logging_an_earlier_contact_leaves_the_later_one_and_taking_back_shows_the_one_before() -> None:
    customer, by = CustomerFactory.create(), UserFactory.create()
    log_interaction(customer=customer, channel="phone", direction="in", by=by, now=NOON)
    newest = log_interaction(
        customer=customer, channel="phone", direction="in", by=by, now=NOON, occurred_at=NOON + timedelta(seconds=30)
    )
    log_interaction(
        customer=customer, channel="phone", direction="in", by=by, now=NOON, occurred_at=NOON - timedelta(days=3)
    )
    assert last(customer) == NOON + timedelta(seconds=30)
    undo_interaction(interaction=newest, by=by, now=newest.created_at)
    assert last(customer) == NOON


NEWER = """
INSERT INTO customers_interaction (customer_id, contact_value, contact_normalised, channel, direction, purpose, subject,
  body, outcome, agent_name, is_contact, created_at, occurred_at)
VALUES ({0}, '', '', 'phone', 'in', '', '', '', '', '', true, now(), '2026-03-01T18:00Z');
UPDATE customers_customer SET last_contact_at = (SELECT at FROM crm_last_contact({0})) WHERE id = {0}
"""


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                       " AND wait_event_type = 'Lock'")  # fmt: skip
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_of_two_contacts_logged_at_once_the_newer_one_stays() -> None:
    customer, by = CustomerFactory.create(), UserFactory.create()

    def log() -> None:
        try:
            log_interaction(customer=customer, channel="phone", direction="in", by=by, now=NOON)
        finally:
            connection.close()

    with beside() as other, ThreadPoolExecutor(1) as thread:
        other.start(NEWER.format(customer.pk)).result(timeout=30)
        logging = thread.submit(log)
        assert processes.wait_until(someone_waits, seconds=30)
        other.commit()
        logging.result(timeout=30)
    assert last(customer) == NOON + timedelta(hours=6)


@pytest.mark.usefixtures("tidy_tables")
def test_many_customers_are_many_index_probes() -> None:
    customers = CustomerFactory.create_batch(3)
    for customer in customers:
        InteractionFactory.create_batch(200, customer=customer, occurred_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('customers_interaction')")
    plan = plans.nodes(
        "SELECT t.id, l.at FROM unnest(%s::bigint[]) AS t (id) CROSS JOIN LATERAL crm_last_contact(t.id) l",
        [[customer.pk for customer in customers]],
    )
    assert not plans.calls(plan, "crm_last_contact")
    assert plans.indexes(plan) & {"interaction_timeline", "interaction_contacts"}
