"""Merges at once, beside writers, and killed with -9: every row has one customer, nobody sees why it was hard."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import combinations
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from customers.identity.merging.absorbing import AlreadyAbsorbed, SameCustomer, merge_customers
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import MergedIntoErased, undo_merge
from customers.identity.privacy import asking, erasing
from customers.identity.privacy.subjects import find_subject
from customers.identity.reviewing import deciding
from customers.interactions.recording import log_interaction
from customers.models import Contact, Customer, Interaction, Match, Merge, MergedRow, Order
from tests.conftest import NOON, UserFor
from tests.customers.identity.merging.test_origins import ORDERS
from tests.customers.identity.merging.world import differing, everything, rich
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import MatchFactory
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


def test_twenty_decide_on_the_same_three_at_once(user_for: UserFor) -> None:
    """Each pair of three is proposed; whoever comes too late is told, and nobody waits for ever."""
    by, three = user_for("service"), [rich(name) for name in ("Ada", "Bob", "Cid")]
    proposed = [MatchFactory.create(left=one, right=other) for one, other in combinations(three, 2)]
    chance, together, failed = random.Random(4), Barrier(MERGES), list[BaseException]()

    def one(match: Match, how: int) -> None:
        together.wait(20)
        try:
            if how == 0:
                deciding.say_different(pk=match.pk, by=by, now=NOON)
            else:
                survivor = match.left_id if how == 1 else match.right_id
                deciding.merge_match(pk=match.pk, survivor_id=survivor, values={"city": "Rome"}, by=by, now=NOON)
        except (deciding.AlreadyDecided, deciding.Withdrawn, deciding.NotOfThePair, AlreadyAbsorbed):
            pass
        except BaseException as error:  # noqa: BLE001 - whatever a user would be shown
            failed.append(error)

    asked = [(chance.choice(proposed), chance.randrange(3)) for _number in range(MERGES)]
    for thread in [beside(lambda two=two: one(*two)) for two in asked]:  # type: ignore[misc]
        end(thread)
    assert failed == []
    assert Customer.objects.count() + Merge.objects.count() == 3
    for match in Match.objects.exclude(state="proposed").order_by("-decided_at", "-pk"):
        deciding.take_back(pk=match.pk, by=by, now=NOON)
    assert sorted(Customer.objects.values_list("name", "city")) == [("Ada", ""), ("Bob", ""), ("Cid", "")]
    assert not MergedRow.objects.exists()


def test_undone_beside_the_erase_of_the_survivor_and_a_file_of_the_absorbed(
    tmp_path: Path, user_for: UserFor, settings: Any
) -> None:
    """Whichever comes first: the absorbed is back whole, or erased with the survivor."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "uploads"
    rows = [[name, name.title(), f"DE{number}{number * 8}", "person"] for number, name in enumerate("ab", start=1)]
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name,tax_id,kind", rows))
    ada, bob = get_named("shop/a"), get_named("shop/b")
    merge = merged(ada.pk, bob.pk)
    by, subject = user_for("administrator"), find_subject(customer_id=ada.pk)
    request = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=NOON)
    asking.confirm_erasure(request=request, number=str(ada.pk), by=by, now=NOON)

    def bring() -> None:
        orders = [[f"o{row}", "b", "2024-01-01", "P", 1, 2] for row in range(200)]
        load("orders", write_csv(tmp_path / "o.csv", ORDERS, orders))

    def undo() -> None:
        with suppress(MergedIntoErased):
            undo_merge(merge=merge, by=None, now=NOON)

    threads = [beside(bring), beside(undo)]
    erasing.run(pk=request.pk)
    for thread in threads:
        end(thread)
    request.refresh_from_db()
    merge.refresh_from_db()
    names = dict(Customer.objects.values_list("pk", "name"))
    if merge.undone_at is None:
        assert (request.state, names) == ("done", {ada.pk: f"Erased person {ada.pk}"})
    else:
        assert names[bob.pk] == "B"
        assert request.state in ("done", "asked"), "of whom it was confirmed they are another by now"


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
