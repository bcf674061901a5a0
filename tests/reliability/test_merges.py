"""Merges at once, beside writers, and killed with -9: every row has one customer, nobody sees why it was hard."""

import os
import random
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from customers.identity.merging.absorbing import AlreadyAbsorbed, SameCustomer, merge_customers
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.interactions.recording import log_interaction
from customers.models import Contact, Customer, Interaction, Merge, MergedRow, Order
from tests.conftest import NOON, UserFor
from tests.customers.identity.merging.test_origins import ORDERS
from tests.customers.identity.merging.world import differing, everything, rich
from tests.customers.importing.files import load, write_csv
from tests.reliability.conftest import Begin
from tests.threads import begin as beside
from tests.threads import end

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
MERGES = 20


def merged(survivor: int, absorbed: int) -> Merge:
    """Of customers as they were before others began."""
    both = [Customer(pk=survivor, name="", kind=""), Customer(pk=absorbed, name="", kind="")]
    return merge_customers(survivor=both[0], absorbed=both[1], by=None, now=NOON)


def test_twenty_conflicting_merges_at_once() -> None:
    ids = [rich(f"Customer {number}").pk for number in range(6)]
    orders, interactions, contacts = Order.objects.count(), Interaction.objects.count(), Contact.objects.count()
    chance, together, failed = random.Random(8), Barrier(MERGES), list[BaseException]()

    def one(survivor: int, absorbed: int) -> None:
        together.wait(20)
        try:
            merged(survivor, absorbed)
        except (AlreadyAbsorbed, SameCustomer):
            pass
        except BaseException as error:  # noqa: BLE001 - whatever a user would be shown
            failed.append(error)

    pairs = [chance.sample(ids, 2) for _number in range(MERGES)]
    threads = [beside(lambda pair=pair: one(*pair)) for pair in pairs]  # type: ignore[misc]
    for thread in threads:
        end(thread)
    assert failed == []
    left = set(Customer.objects.values_list("pk", flat=True))
    assert len(left) + Merge.objects.count() == len(ids)
    assert set(Merge.objects.values_list("root_id", flat=True)) <= left
    for model, count in ((Order, orders), (Interaction, interactions), (Contact, contacts)):
        assert set(model._default_manager.values_list("customer_id", flat=True)) == left
        assert model._default_manager.count() == count
    for merge in chance.sample(list(Merge.objects.all()), Merge.objects.count()):
        undo_merge(merge=merge, by=None, now=NOON)
    assert {customer.orders.count() for customer in Customer.objects.all()} == {1}
    assert not MergedRow.objects.exists()


def test_a_file_and_a_hand_write_on_while_customers_become_one_and_two(tmp_path: Path, user_for: UserFor) -> None:
    rows = [[name, name, f"DE{number}{number * 8}"] for number, name in enumerate("abcd", start=1)]
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name,tax_id", rows))
    found, user = {name: get_named(f"shop/{name}") for name in "abcd"}, user_for("service")

    def bring() -> None:
        for number in range(6):
            orders = [[f"o{number}-{row}", "abcd"[row % 4], "2024-01-01", "P", 1, 2] for row in range(400)]
            load("orders", write_csv(tmp_path / f"{number}.csv", ORDERS, orders))

    def log() -> None:
        for _number in range(20):
            log_interaction(customer=found["b"], channel="phone", direction="in", by=user, now=NOON)

    threads = [beside(bring), beside(log)]
    made = 0
    while any(thread.is_alive() for thread in threads):
        inner, outer = merged(found["a"].pk, found["b"].pk), merged(found["c"].pk, found["a"].pk)
        for merge in (inner, outer):
            undo_merge(merge=merge, by=None, now=NOON)
        made += 1
    for thread in threads:
        end(thread)
    assert made
    assert {name: customer.orders.count() for name, customer in found.items()} == dict.fromkeys("abcd", 600)
    assert Interaction.objects.count() == 20


def test_killed_at_any_statement_nothing_is_half_done(begin: Begin) -> None:
    ada, bob = rich("Ada"), rich("Bob")
    before = everything()
    for after in (5, 30, 60):
        process = begin(partial(_until, after, partial(merged, ada.pk, bob.pk)))
        process.join(20)
        assert process.exitcode == -9
        assert differing(before, everything()) == {}
        assert not Merge.objects.exists()
    merge = merged(ada.pk, bob.pk)
    meanwhile = everything()
    process = begin(partial(_until, 40, partial(undo_merge, merge=merge, by=None, now=NOON)))
    process.join(20)
    assert (process.exitcode, differing(meanwhile, everything())) == (-9, {})


def _until(statements: int, work: Callable[[], object]) -> None:
    """Die with -9 at that statement."""
    left = iter(range(statements))

    def count(execute: Callable[..., object], *statement: object) -> object:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*statement)

    with connection.execute_wrapper(count):
        work()
