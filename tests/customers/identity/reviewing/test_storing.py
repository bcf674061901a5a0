"""What runs propose: twice is once, what no longer holds goes, what was decided stays for good."""

from collections.abc import Callable
from pathlib import Path

import pytest

from customers.identity.matching.proposing import match
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.models import Customer, Match, MatchRun, Merge, SourceRecord
from tests.conftest import NOON
from tests.customers.importing.files import load, write_csv

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
COLUMNS = "external_id,kind,name,email,phone,city"
Load = Callable[[str], Customer]


@pytest.fixture
def people(tmp_path: Path) -> Load:
    """Three ways to write Ann, each a customer of its own."""
    ways = {
        "shop": ["1", "person", "Ann Fairweather", "ann@fair.example", "+49 30 1234567", "Berlin"],
        "service": ["K1", "person", "Ann Fairwaether", "", "030 / 1234567", "Berlin"],
        "post": ["9", "person", "Ann Fairweathr", "ann@fair.example", "", "Berlin"],
        "other": ["5", "person", "Bert Unlike", "bert@other.example", "+49 89 7654321", "Munich"],
    }

    def bring(source: str) -> Customer:
        load("customers", write_csv(tmp_path / f"{source}.csv", COLUMNS, [ways[source]]), source=source)
        found = SourceRecord.objects.get(system__key=source).customer
        assert found
        return found

    return bring


def proposals() -> list[tuple[int, int, str]]:
    return list(Match.objects.order_by("left_id", "right_id").values_list("left_id", "right_id", "state"))


def different(left: Customer, right: Customer) -> Match:
    pair = Match.objects.get(left_id=min(left.pk, right.pk), right_id=max(left.pk, right.pk))
    pair.state = Match.State.DIFFERENT
    pair.save()
    return pair


def test_twice_is_once(people: Load) -> None:
    ann, fairwaether, _bert = people("shop"), people("service"), people("other")
    match()
    first = list(Match.objects.values())
    assert proposals() == [(ann.pk, fairwaether.pk, "proposed")]
    match()
    assert list(Match.objects.values()) == first
    runs = MatchRun.objects.order_by("pk").values_list("state", "how", "proposed", "withdrawn", "merged")
    assert list(runs) == [("done", "command", 1, 0, 0), ("done", "command", 0, 0, 0)]
    told = {one["key"]: one for one in Match.objects.get().evidence}
    assert (told["given"]["level"], told["given"]["left"], told["given"]["right"]) == ("same", "ann", "ann")
    assert told["phone"]["weight"] > 5
    assert (told["email"]["level"], told["email"]["weight"]) == ("unknown", 0)


def test_what_no_longer_holds_is_withdrawn(people: Load) -> None:
    people("shop")
    other = people("service")
    match()
    SourceRecord.objects.filter(customer=other).update(
        payload={"kind": "person", "name": "Zoe Elsewhere", "phone": "+49 40 9999999"}
    )
    match()
    assert (proposals(), MatchRun.objects.latest("pk").withdrawn) == ([], 1)


def test_what_was_decided_is_neither_changed_nor_withdrawn_nor_told(people: Load) -> None:
    ann, fairwaether = people("shop"), people("service")
    match()
    different(ann, fairwaether)
    found = match()
    assert (found.pairs, found.to_review, proposals()) == (0, 0, [(ann.pk, fairwaether.pk, "different")])
    assert match(merge_from=0.5).merged == 0


def test_not_the_same_holds_for_whoever_either_becomes_one_with(people: Load) -> None:
    ann, fairwaether = people("shop"), people("service")
    match()
    different(ann, fairwaether)
    third = people("post")
    assert match().to_review == 2
    assert len(proposals()) == 3
    merge = merge_customers(survivor=third, absorbed=ann, by=None, now=NOON)
    assert match().to_review == 0
    assert proposals() == [(ann.pk, fairwaether.pk, "different")]
    assert match(merge_from=0.5).merged == 0
    undo_merge(merge=merge, by=None, now=NOON)
    assert match().to_review == 2
    assert proposals() == [
        (ann.pk, fairwaether.pk, "different"), (ann.pk, third.pk, "proposed"), (fairwaether.pk, third.pk, "proposed"),
    ]  # fmt: skip


def test_a_rule_joins_nobody_by_way_of_a_third(people: Load) -> None:
    ann, fairwaether = people("shop"), people("service")
    match()
    different(ann, fairwaether)
    people("post")
    assert match(merge_from=0.5).merged == 1
    assert Customer.objects.count() == 2
    assert match(merge_from=0.5).merged == 0


def test_what_a_rule_merged_is_noted_as_decided_by_nobody(people: Load) -> None:
    ann, fairwaether = people("shop"), people("service")
    match(merge_from=0.5)
    pair = Match.objects.get()
    assert (pair.left_id, pair.right_id, pair.state, pair.decided_by) == (ann.pk, fairwaether.pk, "merged", None)
    assert pair.merge_id == Merge.objects.get().pk
    assert [one["key"] for one in pair.evidence][:2] == ["given", "family"]
    assert MatchRun.objects.get().merged == 1
