"""A changed rule, killed with -9 at any point on its way to the customers: the next run ends as if nothing had been."""

from collections.abc import Callable
from functools import partial
from threading import Thread

import pytest
from django.db import connection, transaction

from crm.common.versions import version
from customers.identity import trust
from customers.identity.editing import change_customer
from customers.identity.ordering import FIELDS
from customers.identity.survivorship import settle
from customers.identity.survivorship_rules import set_rule
from customers.identity.tasks import settle_trust
from customers.models import Customer, TrustChange
from tests.conftest import NOON
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.reliability.conftest import Begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
CUSTOMERS = 60
WaitFor = Callable[[Callable[[], object]], None]


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "FIRST_CUSTOMERS", 1)
    monkeypatch.setattr(trust, "MOST_CUSTOMERS", 1)


def all_say(*cities: str) -> list[int]:
    """So many customers, each of whom the sources say these."""
    systems = [SourceSystemFactory.create(rank=number) for number, _city in enumerate(cities)]
    customers = CustomerFactory.create_batch(CUSTOMERS)
    for customer in customers:
        for system, city in zip(systems, cities, strict=True):
            SourceRecordFactory.create(system=system, customer=customer, payload={"name": "Ada", "city": city})
    ids = [customer.pk for customer in customers]
    settle(customer_ids=ids)
    return ids


def showing(city: str) -> int:
    return Customer.objects.filter(city=city).count()


@pytest.mark.usefixtures("one_at_a_time")
def test_killed_while_customers_take_their_fields_anew(begin: Begin, wait_for: WaitFor) -> None:
    ids = all_say("Rome", "Milano")
    set_rule(field="city", rule="longest", by=None, now=NOON)
    for so_far in (1, 15, 30):
        process = begin(settle_trust)
        wait_for(partial(reached, so_far))
        process.kill()
        process.join()
        assert showing("Milano") < CUSTOMERS
    settle_trust()
    assert (showing("Milano"), TrustChange.objects.count()) == (CUSTOMERS, 0)
    shown = list(Customer.objects.order_by("pk").values(*FIELDS, "provenance"))
    settle(customer_ids=ids)
    assert list(Customer.objects.order_by("pk").values(*FIELDS, "provenance")) == shown


def reached(count: int) -> bool:
    return showing("Milano") >= count


def test_who_types_meanwhile_waits_for_nobody_and_what_they_type_stays() -> None:
    """A writer at a customer whom the walk has come to: the walk waits for the row, the writer does not."""
    ids = all_say("Rome", "Milano")
    set_rule(field="city", rule="longest", by=None, now=NOON)
    with transaction.atomic():
        customer = Customer.objects.select_for_update(no_key=True).get(pk=ids[0])
        walking = Thread(target=_walk)
        walking.start()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
        change_customer(customer=customer, fields={"city": "Pisa"}, seen=version(customer, FIELDS))
    walking.join(60)
    assert (showing("Pisa"), showing("Milano")) == (1, CUSTOMERS - 1)


def _walk() -> None:
    try:
        settle_trust()
    finally:
        connection.close()
