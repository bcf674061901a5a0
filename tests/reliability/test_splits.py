"""Records split off beside imports and merges of the same customer, and a job that is killed with -9."""

from functools import partial
from pathlib import Path

import pytest

from customers.identity.merging import door
from customers.identity.merging.crowded import take_apart
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.models import Customer, Merge, MergedRow, SharedKey
from tests.conftest import NOON
from tests.customers.identity.merging.test_door import ada, bring
from tests.customers.identity.merging.test_origins import ORDERS
from tests.customers.importing.files import load, write_csv
from tests.reliability.conftest import Begin
from tests.reliability.test_merges import _until, merged
from tests.threads import begin as beside
from tests.threads import end

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


def test_split_while_files_bring_what_is_theirs(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"))
    bring(tmp_path, ada("2"), source="crm")
    link = Merge.objects.get()

    def orders() -> None:
        for number in range(4):
            rows = [[f"o{number}-{row}", ("shop/1", "crm/2")[row % 2], "2024-01-01", "P", 1, 2] for row in range(200)]
            load("orders", write_csv(tmp_path / f"{number}.csv", ORDERS, rows), source="till")

    def again() -> None:
        for number in range(6):
            bring(tmp_path, ada("2", phone=f"030 123456{number}"), source="crm")

    threads = [beside(orders), beside(again)]
    undo_merge(merge=link, by=None, now=NOON)
    for thread in threads:
        end(thread)
    one, other = get_named("shop/1"), get_named("crm/2")
    assert (one.orders.count(), other.orders.count(), other.phone) == (400, 400, "030 1234565")
    assert not MergedRow.objects.exists()


def test_split_beside_a_merge_of_the_customer(tmp_path: Path) -> None:
    bring(tmp_path, ada("1"), ada("9", name="Bob", email="bob@x.example"))
    bring(tmp_path, ada("2"), source="crm")
    one, bob, link = get_named("shop/1"), get_named("shop/9"), Merge.objects.get()
    for _time in range(3):
        thread = beside(partial(merged, bob.pk, one.pk))
        undo_merge(merge=link, by=None, now=NOON)
        end(thread)
        assert {get_named(name).pk for name in ("shop/1", "shop/9")} == {bob.pk}
        assert get_named("crm/2").pk == link.absorbed_id
        undo_merge(merge=Merge.objects.get(Merge.ACTIVE), by=None, now=NOON)
        link = merged(one.pk, link.absorbed_id)
    assert Customer.objects.count() == 2


def test_records_link_to_who_is_being_merged(tmp_path: Path) -> None:
    """The customer comes and goes while files bring records with their key."""
    bring(tmp_path, ada("1"), ada("9", name="Bob", email="bob@x.example"))
    one, bob = get_named("shop/1"), get_named("shop/9")

    def files() -> None:
        for number in range(12):
            bring(tmp_path, ada(f"n{number}"), ada("1", phone=f"030 12345{number}"), source="shop")

    thread, made = beside(files), 0
    while thread.is_alive():
        undo_merge(merge=merged(bob.pk, one.pk), by=None, now=NOON)
        made += 1
    end(thread)
    assert made
    records = one.source_records.order_by("pk")
    assert (Customer.objects.count(), records.count()) == (2, 13)
    links = Merge.objects.filter(Merge.ACTIVE)
    assert list(links.order_by("record_id").values_list("record_id", "survivor_id", "root_id")) == [
        (record.pk, one.pk, one.pk) for record in records[1:]
    ]
    assert set(MergedRow.objects.values_list("row_id", flat=True)) == {record.pk for record in records[1:]}


def test_killed_while_it_takes_apart_it_goes_on(tmp_path: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_RECORDS", 4)
    bring(tmp_path, *(ada(str(at)) for at in range(4)))
    bring(tmp_path, ada("4"), source="crm")
    for after in (20, 80, 40):
        process = begin(partial(_until, after, partial(take_apart, now=NOON)))
        process.join(20)
        assert process.exitcode == -9
        assert not SharedKey.objects.get().is_apart
    take_apart(now=NOON)
    assert (Customer.objects.count(), SharedKey.objects.get().is_apart) == (5, True)
    assert not MergedRow.objects.exists()
    assert sorted(Customer.objects.values_list("link_key", flat=True)) == [
        "rec:crm/4", *(f"rec:shop/{at}" for at in range(4)),
    ]  # fmt: skip
