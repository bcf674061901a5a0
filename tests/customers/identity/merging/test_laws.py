"""Merges and undos in any order, with files in between: where a row stands follows from whose it is."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.common.versions import version
from customers.identity.editing import change_customer
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.identity.ordering import FIELDS
from customers.identity.relating.relating import relate
from customers.identity.survivorship import settle
from customers.identity.survivorship_rules import set_rule
from customers.interactions.last_contact import refresh_last_contact
from customers.models import Customer, Merge, MergedRow, SourceRecord
from tests.conftest import NOON
from tests.customers.identity.merging.test_origins import bring_all
from tests.customers.identity.merging.world import differing, everything, rich
from tests.customers.importing.files import load, write_csv
from tests.customers.importing.world import state
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactPointFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import CustomerTagFactory, FollowFactory, TagFactory, VisitFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]

PEOPLE = 4
SOME = settings(
    max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def alike() -> list[int]:
    """Customers who have something of everything, and some of it in common."""
    found = [rich(name) for name in ("Ada", "Bob", "Cid", "Dan")]
    user, tag, team = UserFactory.create(), TagFactory.create(), TeamFactory.create()
    for customer in found[1:]:
        FollowFactory.create(customer=customer, user=user)
        VisitFactory.create(customer=customer, user=user)
        CustomerTagFactory.create(customer=customer, tag=tag)
        ContactPointFactory.create(customer=customer, kind="email", raw="same@x.org", source_record=None)
    Customer.objects.filter(pk__in=[found[1].pk, found[2].pk]).update(team=team)
    Customer.objects.filter(pk=found[3].pk).update(owner=user)
    for customer in found:
        number = f"4930{customer.pk}"
        ContactPointFactory.create(customer=customer, kind="phone", raw=number, source_record=None)
        InteractionFactory.create(
            customer=customer, contact_value=number, contact_normalised=number, matched_by_value=True, occurred_at=NOON
        )
    InteractionFactory.create(customer=None, contact_normalised="same@x.org", matched_by_value=True, occurred_at=NOON)
    related_along(found)
    ids = [customer.pk for customer in found]
    with connection.cursor() as cursor:
        refresh_last_contact(cursor, ids)
    return ids


def related_along(found: list[Customer]) -> None:
    """Each belongs to the one before, and has the same buyer as the one after the next."""
    for above, below in pairwise(found):
        relate(customer=below, to=above, kind="parent", by=None, now=NOON)
    for one, other in zip(found, found[2:], strict=False):
        relate(customer=one, to=other, kind="buyer", by=None, now=NOON)


RULES = ("ranked", "newest", "longest", "most_frequent")


def speak(ids: list[int], random: Random) -> None:
    """Several sources say other things of each, fields go by other rules, and people have typed some."""
    for field in ("name", "city", "phone"):
        set_rule(field=field, rule=random.choice(RULES), by=None, now=NOON)
    systems = [SourceSystemFactory.create(key=f"said{number}", rank=number % 2) for number in range(3)]
    for pk in ids:
        for system in random.sample(systems, 2):
            said = {"name": random.choice(["Ada", "ADA", "Bob"]), "city": random.choice(["", "Rome", "Roma", "roma"])}
            record = SourceRecordFactory.create(
                system=system, customer_id=pk, customer=None, object_id=pk, payload=said
            )
            first_seen = NOON - timedelta(days=random.randrange(3))
            SourceRecord.objects.filter(pk=record.pk).update(first_seen_at=first_seen)
        if random.random() < 0.6:
            customer = Customer.objects.get(pk=pk)
            typed = {"city": random.choice(["Pisa", "Siena"])}
            change_customer(customer=customer, fields=typed, seen=version(customer, FIELDS))
    settle(customer_ids=ids)


def merged(survivor: int, absorbed: int) -> Merge:
    both = Customer.objects.in_bulk([survivor, absorbed])
    return merge_customers(survivor=both[survivor], absorbed=both[absorbed], by=None, now=NOON)


def all_into_the_first(ids: list[int], random: Random) -> list[Merge]:
    """Two at a time, whoever is left; the first survives always."""
    left, made = list(ids), list[Merge]()
    while len(left) > 1:
        survivor, absorbed = random.sample(left, 2)
        if absorbed == ids[0]:
            survivor, absorbed = absorbed, survivor
        made.append(merged(survivor, absorbed))
        left.remove(absorbed)
    return made


@SOME
@given(seed=st.integers(0, 2**32))
def test_in_any_order_they_end_as_one_and_undone_as_they_were(seed: int) -> None:
    random = Random(seed)
    with transaction.atomic():
        ids = alike()
        speak(ids, random)
        before = everything()
        one_by_one = [merged(ids[0], other) for other in ids[1:]]
        expected = everything()
        for merge in reversed(one_by_one):
            undo_merge(merge=merge, by=None, now=NOON)
        assert differing(before, everything()) == {}
        made = all_into_the_first(ids, random)
        assert differing(expected, everything()) == {}
        random.shuffle(made)
        for merge in made:
            undo_merge(merge=merge, by=None, now=NOON)
        assert differing(before, everything()) == {}
        assert not MergedRow.objects.exists()
        transaction.set_rollback(True)


@SOME
@given(seed=st.integers(0, 2**32), steps=st.integers(3, 8))
def test_any_sequence_ends_where_the_merges_that_are_left_lead(seed: int, steps: int) -> None:
    random = Random(seed)
    with transaction.atomic():
        ids = alike()
        speak(ids, random)
        active = list[Merge]()
        for _step in range(steps):
            left = list(Customer.objects.filter(pk__in=ids).values_list("pk", flat=True))
            if active and (len(left) == 1 or random.random() < 0.4):
                undo_merge(merge=active.pop(random.randrange(len(active))), by=None, now=NOON)
            else:
                survivor, absorbed = random.sample(left, 2)
                active.append(merged(survivor, absorbed))
        found = everything()
        pairs = [(merge.survivor_id, merge.absorbed_id) for merge in active]
        for merge in random.sample(active, len(active)):
            undo_merge(merge=merge, by=None, now=NOON)
        for survivor, absorbed in _from_the_leaves(pairs):
            merged(survivor, absorbed)
        assert differing(found, everything()) == {}
        transaction.set_rollback(True)


def _from_the_leaves(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """An order in which both are there when they are merged."""
    waiting, ordered = list(pairs), list[tuple[int, int]]()
    while waiting:
        survivors = {survivor for survivor, _absorbed in waiting}
        ready = [pair for pair in waiting if pair[1] not in survivors]
        ordered += ready
        waiting = [pair for pair in waiting if pair not in ready]
    return ordered


def customers_file(folder: Path) -> Path:
    rows = [[name, name.title(), f"DE{number}{number * 8}"] for number, name in enumerate("abcd", start=1)]
    return write_csv(folder / "c.csv", "external_id,name,tax_id", rows)


@SOME
@given(seed=st.integers(0, 2**32))
def test_files_and_merges_in_any_order(tmp_path: Path, seed: int) -> None:
    """What files brought while customers were one is, when they are not any more, as if they had never been."""
    random = Random(seed)

    def run(*, with_merges: bool) -> dict[str, Any]:
        with transaction.atomic():
            load("customers", customers_file(tmp_path))
            made = list[Merge]()
            for name in random.sample("abcd", 4):
                if with_merges and random.random() < 0.8:
                    left = list(Customer.objects.values_list("pk", flat=True))
                    if len(left) > 1:
                        made.append(merged(*random.sample(left, 2)))
                if made and random.random() < 0.3:
                    undo_merge(merge=made.pop(random.randrange(len(made))), by=None, now=NOON)
                bring_all(tmp_path, name, prefix=name)
            for merge in random.sample(made, len(made)):
                undo_merge(merge=merge, by=None, now=NOON)
            assert get_named("shop/a").name == "A"
            found = state()
            transaction.set_rollback(True)
        return found

    assert run(with_merges=True) == run(with_merges=False)
