"""What is linked when it comes leaves a merge, and can be taken out again."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.identity.editing import create_customer
from customers.identity.joined import taken_apart
from customers.identity.merging import door
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.crowded import take_apart
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.models import (
    Contact,
    ContactPoint,
    Customer,
    Interaction,
    Merge,
    MergedRow,
    Order,
    SharedKey,
    TierAssignment,
)
from customers.tiers import tiering
from tests.conftest import NOON
from tests.customers import histories
from tests.customers.identity.test_order_of_arrival import load_all
from tests.customers.importing.files import counts, load, write_csv
from tests.customers.importing.world import FILES, state
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]

COLUMNS = "external_id,kind,name,tax_id,email,phone"
SOME = settings(
    max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def bring(folder: Path, *rows: list[str], source: str = "shop") -> dict[str, int]:
    return counts(load("customers", write_csv(folder / "c.csv", COLUMNS, rows), source=source))


def ada(external_id: str, **said: str) -> list[str]:
    told = {"name": "Ada", "email": "ada@x.example", **said}
    return [external_id, *(told.get(name, "") for name in COLUMNS.split(",")[1:])]


def bring_facts(folder: Path, name: str, *, source: str = "shop") -> None:
    """A contact, an order and an interaction that name the record."""
    load("contacts", write_csv(folder / "k.csv", "external_id,customer_external_id,name",
                               [[f"k{name}", name, f"Eva of {name}"]]), source=source)  # fmt: skip
    load("orders", write_csv(folder / "o.csv", "external_id,customer_external_id,placed_at,quantity,unit_price",
                             [[f"o{name}", name, "2026-01-02", "1", "5"]]), source=source)  # fmt: skip
    load("interactions", write_csv(folder / "i.csv", "external_id,customer_external_id,channel,occurred_at",
                                   [[f"i{name}", name, "visit", "2026-01-03 10:00"]]), source=source)  # fmt: skip


def split(link: Merge) -> dict[str, int]:
    return {kind: count for kind, count in undo_merge(merge=link, by=None, now=NOON).items() if count}


def test_the_second_record_of_a_key_leaves_a_merge_by_its_key(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"))
    bring(tmp_path, ada("2"), ada("3", name="Bob"), source="crm")
    customer = get_named("shop/1")
    link = Merge.objects.get()
    record = customer.source_records.get(system__key="crm")
    assert (link.survivor_id, link.root_id, link.how, link.by, link.key, link.record_id, link.name) == (
        customer.pk, customer.pk, "link", None, "mail:ada@x.example|ada", record.pk, "Ada",
    )  # fmt: skip
    assert not Customer.objects.filter(pk=link.absorbed_id).exists()
    assert list(MergedRow.objects.values_list("relation", "row_id")) == [("customers_sourcerecord", record.pk)]
    assert link.moved == link.snapshot == {}


def test_of_one_file_the_first_makes_the_customer(tmp_path: Path) -> None:
    assert bring(tmp_path, *(ada(str(at)) for at in range(4))) == {"rows": 4, "created": 4}
    assert Merge.objects.filter(how="link").count() == 3
    assert Customer.objects.get().pk == Merge.objects.first().root_id


def test_split_it_takes_what_came_under_its_id_and_stays_apart(tmp_path: Path) -> None:
    bring(tmp_path, ada("1", phone="030 1111111"), ada("2", phone="030 2222222"))
    for name in "12":
        bring_facts(tmp_path, name)
    link = Merge.objects.get()
    name = "12".replace(
        get_named("shop/1").source_records.exclude(pk=link.record_id).get(kind="customers").external_id, ""
    )
    assert split(link) == {
        "contact_points": 2, "contacts": 1, "interactions": 1, "orders": 1, "source_records": 2,
    }  # fmt: skip
    one, other = get_named(f"shop/{3 - int(name)}"), get_named(f"shop/{name}")
    assert (other.pk, other.link_key, one.link_key) == (link.absorbed_id, f"rec:shop/{name}", "mail:ada@x.example|ada")
    for customer, said in ((one, str(3 - int(name))), (other, name)):
        assert list(Contact.objects.filter(customer=customer).values_list("name", flat=True)) == [f"Eva of {said}"]
        assert list(Order.objects.filter(customer=customer).values_list("number", flat=True)) == [f"o{said}"]
        assert Interaction.objects.filter(customer=customer).count() == 1
        assert customer.last_contact_at is not None
        assert customer.phone == f"030 {said * 7}"
    assert ContactPoint.objects.filter(customer=other, kind="phone").count() == 1
    assert not MergedRow.objects.exists()
    assert bring(tmp_path, ada("1", phone="030 1111111"), ada("2", phone="030 2222222")) == {"rows": 2, "unchanged": 2}
    bring(tmp_path, ada("1", phone="1"), ada("2", phone="2"))
    assert [get_named(f"shop/{at}").pk for at in (3 - int(name), name)] == [one.pk, other.pk]
    merge_customers(survivor=one, absorbed=other, by=None, now=NOON)  # by hand they are one again
    assert get_named(f"shop/{name}").pk == one.pk


def test_who_is_split_starts_in_the_tier_of_their_trade(tmp_path: Path) -> None:
    customer = CustomerFactory.create()
    tiering.retier()
    bring(tmp_path, ada("1"), ada("2"))
    bring_facts(tmp_path, "1")
    bring_facts(tmp_path, "2")
    split(Merge.objects.get())
    for one in Customer.objects.exclude(pk=customer.pk):
        assert one.tier is not None
        assert TierAssignment.objects.filter(customer=one).values_list("tier", flat=True).get() == one.tier_id


def test_an_organization_and_a_person_never_link(tmp_path: Path) -> None:
    bring(tmp_path, ada("1", kind="person"), ada("2", kind="organization"), ada("3"), ada("4", kind="person"))
    assert sorted(Customer.objects.values_list("link_key", flat=True)) == [
        "mail:ada@x.example|ada", "person:mail:ada@x.example|ada",
    ]  # fmt: skip
    assert get_named("shop/2") == get_named("shop/3")
    assert get_named("shop/1") == get_named("shop/4")


def test_a_bare_record_whose_own_row_links_it_can_be_taken_out(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"))
    orders = write_csv(tmp_path / "o.csv", "external_id,customer_external_id,placed_at,quantity,unit_price",
                       [["o2", "2", "2026-01-02", "1", "5"]])  # fmt: skip
    load("orders", orders, mapping={"create_missing": {"customers": {}}})
    bare = get_named("shop/2")
    bring(tmp_path, ada("2"))
    link = Merge.objects.get()
    assert (link.absorbed_id, link.survivor_id, get_named("shop/2")) == (
        bare.pk,
        get_named("shop/1").pk,
        get_named("shop/1"),
    )
    assert split(link) == {"contact_points": 1, "orders": 1, "source_records": 1}
    again = get_named("shop/2")
    assert (again.pk, again.name, again.link_key, again.orders.count()) == (bare.pk, "Ada", "rec:shop/2", 1)


def test_who_was_linked_to_somebody_absorbed_goes_with_them(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"), ada("9", name="Ada L", email="l@x.example"))
    merge = merge_customers(survivor=get_named("shop/9"), absorbed=get_named("shop/1"), by=None, now=NOON)
    bring(tmp_path, ada("2"), source="crm")
    bring_facts(tmp_path, "2", source="crm")
    link = Merge.objects.get(how="link")
    assert (link.survivor_id, link.root_id) == (merge.absorbed_id, merge.survivor_id)
    undo_merge(merge=merge, by=None, now=NOON)
    assert get_named("crm/2") == get_named("shop/1") != get_named("shop/9")
    assert Order.objects.get().customer == get_named("shop/1")
    split(link)
    assert Order.objects.get().customer == get_named("crm/2") != get_named("shop/1")


def test_a_key_that_too_many_share_links_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_RECORDS", 3)
    bring(tmp_path, ada("1"), ada("2"), ada("3"))
    assert Customer.objects.count() == 1
    bring(tmp_path, ada("4"), source="crm")
    assert (Customer.objects.count(), SharedKey.objects.get().is_apart) == (2, False)
    assert take_apart(now=NOON) == 2
    assert sorted(Customer.objects.values_list("link_key", flat=True)) == [
        "rec:crm/4", "rec:shop/1", "rec:shop/2", "rec:shop/3",
    ]  # fmt: skip
    assert SharedKey.objects.get().is_apart
    assert take_apart(now=NOON) == 0


def typed_in() -> Customer:
    """The same as `ada` gives, by hand."""
    return create_customer(fields={"name": "Ada", "email": "ada@x.example"})


def test_who_is_typed_in_counts_among_those_who_share_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_RECORDS", 3)
    first, second, third = typed_in(), typed_in(), typed_in()
    assert not SharedKey.objects.exists()
    assert histories.said(first, "merges") == [
        ("", f"Typed in beside this one, with the same key: Ada ({one.pk})") for one in (third, second)
    ]
    bring(tmp_path, ada("1"))
    assert get_named("shop/1") not in (first, second, third)
    assert SharedKey.objects.exists()
    assert take_apart(now=NOON) == 0
    assert sorted(Customer.objects.values_list("link_key", flat=True)) == sorted(
        ["rec:shop/1", *(f"rec:crm:typed/{one.pk}" for one in (first, second, third))]
    )


def test_typed_in_the_last_of_too_many_takes_those_before_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_RECORDS", 3)
    bring(tmp_path, ada("1"), ada("2"), ada("3"))
    customer = typed_in()
    assert taken_apart(customer)[0].record_id is None
    assert take_apart(now=NOON) == 2
    assert Customer.objects.count() == 4


@SOME
@given(seed=st.integers(0, 2**32), most=st.integers(1, 4), records=st.integers(2, 6))
def test_however_they_come_as_many_are_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, most: int, records: int
) -> None:
    """Records of one key in files of any size and order, with what came for them, are all one or none are."""
    random = Random(seed)

    def run() -> tuple[int, list[str], list[tuple[str, int]]]:
        with transaction.atomic():
            left = [str(at) for at in range(records)]
            random.shuffle(left)
            while left:
                size = random.randint(1, len(left))
                bring(tmp_path, *(ada(name) for name in left[:size]))
                for name in left[:size]:
                    bring_facts(tmp_path, name)
                left = left[size:]
                if random.random() < 0.5:
                    take_apart(now=NOON)
            take_apart(now=NOON)
            keys = sorted(str(key) for key in Customer.objects.values_list("link_key", flat=True))
            orders = sorted(Order.objects.values_list("number", "customer__link_key"))
            found = (Customer.objects.count(), keys, orders)
            transaction.set_rollback(True)
        return found

    monkeypatch.setattr(door, "MOST_RECORDS", most)
    first = run()
    assert first[0] == (1 if records <= most else records)
    assert run() == first


@SOME
@given(order=st.permutations(range(len(FILES))), seed=st.integers(0, 2**32))
def test_taken_apart_they_are_as_if_they_had_never_been_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: list[int], seed: int
) -> None:
    def run(most: int) -> dict[str, Any]:
        monkeypatch.setattr(door, "MOST_RECORDS", most)
        with transaction.atomic():
            load_all(tmp_path, order, Random(seed))
            keys = Customer.objects.exclude(link_key__startswith="rec:").values_list("link_key", flat=True)
            SharedKey.objects.bulk_create([SharedKey(key=key, at=NOON) for key in keys], ignore_conflicts=True)
            take_apart(now=NOON)
            found = state()
            transaction.set_rollback(True)
        return found

    assert run(50) == run(0)


@SOME
@given(seed=st.integers(0, 2**32))
def test_whenever_it_is_split_off_it_ends_the_same(tmp_path: Path, seed: int) -> None:
    """Before, between or after the files that name the records, and those that bring them again."""
    random = Random(seed)

    def run() -> dict[str, Any]:
        with transaction.atomic():
            bring(tmp_path, ada("1", phone="030 1111111"))
            bring(tmp_path, ada("2", phone="030 2222222"), source="crm")
            steps = [lambda: split(Merge.objects.get())]
            for name, source in (("1", "shop"), ("2", "crm")):
                steps.append(lambda name=name, source=source: bring_facts(tmp_path, name, source=source))
                steps.append(
                    lambda name=name, source=source: bring(tmp_path, ada(name, phone="030 333"), source=source)
                )
            for step in random.sample(steps, len(steps)):
                step()
            found = state()
            transaction.set_rollback(True)
        return found

    assert run() == run()
