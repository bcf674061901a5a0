"""A changed rank of trust reaches the customers in steps, whatever dies between them."""

from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from crm.common import locks
from customers.identity import trust
from customers.identity.merging.absorbing import merge_customers
from customers.identity.survivorship import settle
from customers.identity.survivorship_rules import set_rule
from customers.identity.tasks import settle_trust
from customers.models import Customer, SourceSystem, TrustChange
from tests.conftest import NOON
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory, SurvivorshipRuleFactory

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process dies."""


@pytest.fixture
def finance(monkeypatch: pytest.MonkeyPatch) -> SourceSystem:
    """The second most trusted of two systems that speak of five customers; two are settled at a time."""
    monkeypatch.setattr(trust, "FIRST_CUSTOMERS", 2)
    monkeypatch.setattr(trust, "MOST_CUSTOMERS", 2)
    systems = [SourceSystemFactory.create(key=key, rank=rank) for key, rank in (("shop", 10), ("finance", 20))]
    for _ in range(5):
        customer = CustomerFactory.create()
        for system in systems:
            SourceRecordFactory.create(system=system, customer=customer, payload={"name": system.key})
    settle(customer_ids=Customer.objects.values_list("pk", flat=True))
    return systems[1]


def trust_it(system: SourceSystem, rank: int) -> None:
    system.rank = rank
    trust.save_system(system=system)


def named(name: str) -> int:
    return Customer.objects.filter(name=name).count()


def test_all_it_speaks_of_take_their_fields_anew(finance: SourceSystem) -> None:
    trust_it(finance, 5)
    assert named("finance") == 0
    settle_trust()
    assert named("finance") == 5
    assert not TrustChange.objects.exists()


def test_one_that_dies_goes_on_where_it_was(finance: SourceSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    step = trust._step

    def die_at_the_second(*, change: int, most: int) -> bool:
        if steps:
            raise Killed
        steps.append(most)
        return step(change=change, most=most)

    trust_it(finance, 5)
    with monkeypatch.context() as patched:
        patched.setattr(trust, "_step", die_at_the_second)
        with pytest.raises(Killed):
            settle_trust()
    assert named("finance") == 2
    settle_trust()
    assert named("finance") == 5


def test_changed_back_meanwhile_it_begins_again(finance: SourceSystem) -> None:
    trust_it(finance, 5)
    change = TrustChange.objects.get()
    trust._step(change=change.pk, most=3)
    assert named("finance") == 3
    trust_it(finance, 20)
    assert trust._step(change=change.pk, most=3) is False
    assert named("finance") == 3
    settle_trust()
    assert named("shop") == 5


def test_a_changed_rule_reaches_all_of_whom_several_records_speak(finance: SourceSystem) -> None:
    """As if all were settled anew; whoever has one record is left alone."""
    alone = CustomerFactory.create(name="Old")
    SourceRecordFactory.create(system=finance, customer=alone, payload={"name": "New"})
    SurvivorshipRuleFactory.create(field="name", rule="longest")
    trust.begin_for_all()
    change = TrustChange.objects.get()
    trust._step(change=change.pk, most=3)
    assert named("finance") == 3
    trust.begin_for_all()
    assert trust._step(change=change.pk, most=3) is False
    settle_trust()
    assert (named("finance"), named("Old"), TrustChange.objects.count()) == (5, 1, 0)


def test_another_name_changes_nobody(finance: SourceSystem) -> None:
    finance.name = "Ledger"
    trust.save_system(system=finance)
    assert not TrustChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_an_import_brings_by_the_rank_of_before_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(source: str) -> None:
        file = write_csv(tmp_path / f"{source}.csv", "external_id,name,tax_id", [["c1", source, "DE811193231"]])
        load("customers", file, source=source)

    def bring() -> None:
        try:
            with transaction.atomic():
                loaded("finance")
                brought.set()
                assert looked.wait(30)
        finally:
            connection.close()

    loaded("shop")
    finance, brought, looked = SourceSystemFactory.create(key="finance", rank=200), Event(), Event()
    importing = Thread(target=bring)
    importing.start()
    assert brought.wait(30)
    trust_it(finance, 5)
    with monkeypatch.context() as patched:
        patched.setattr(locks, "PATIENCE_S", 0.05)
        settle_trust()
    looked.set()
    importing.join(30)
    assert (named("shop"), TrustChange.objects.count()) == (1, 1)
    settle_trust()
    assert (named("finance"), TrustChange.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_merge_that_goes_by_the_rule_of_before_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """One record each: only the merge makes the survivor somebody whom the rule concerns."""
    short, long = [CustomerFactory.create(kind="organization") for _ in range(2)]
    for rank, (customer, name) in enumerate([(short, "Acme"), (long, "Acme of Bonn")]):
        system = SourceSystemFactory.create(key=name[-4:].lower(), rank=rank)
        SourceRecordFactory.create(system=system, customer=customer, payload={"kind": "organization", "name": name})
    merged, looked = Event(), Event()

    def merge() -> None:
        try:
            with transaction.atomic():
                merge_customers(survivor=short, absorbed=long, by=None, now=NOON)
                merged.set()
                assert looked.wait(30)
        finally:
            connection.close()

    merging = Thread(target=merge)
    merging.start()
    assert merged.wait(30)
    set_rule(field="name", rule="longest", by=None, now=NOON)
    with monkeypatch.context() as patched:
        patched.setattr(locks, "PATIENCE_S", 0.05)
        settle_trust()
    looked.set()
    merging.join(30)
    assert (named("Acme"), TrustChange.objects.count()) == (1, 1)
    settle_trust()
    assert (named("Acme of Bonn"), TrustChange.objects.count()) == (1, 0)
