import csv
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from crm.common import locks
from customers.identity.editing import create_customer
from customers.identity.matching.proposing import BadScore, match
from customers.identity.merging.undoing import undo_merge
from customers.importing.exporting import CannotWrite, UnknownSource
from customers.models import Customer, Merge
from tests.conftest import NOON
from tests.customers.importing.files import load, write_csv
from tests.database import another_connection
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
COLUMNS = "external_id,kind,name,tax_id,email,phone,city"


@pytest.fixture
def departments(tmp_path: Path) -> None:
    """Ann in the shop and at finance, linked by her address; in after-sales with a slip; and a stranger."""
    shop = write_csv(tmp_path / "shop.csv", COLUMNS, [
        ["1", "person", "Ann Fairweather", "", "ann@fair.example", "+49 30 1234567", "Berlin"],
        ["2", "person", "Bert Unlike", "", "bert@other.example", "+49 89 7654321", "Munich"],
    ])  # fmt: skip
    finance = write_csv(tmp_path / "finance.csv", COLUMNS, [
        ["77", "person", "ANN FAIRWEATHER", "", "Ann@fair.example", "", "Berlin"],
    ])  # fmt: skip
    service = write_csv(tmp_path / "service.csv", COLUMNS, [
        ["K1", "person", "Ann Fairwaether", "", "", "030 / 1234567", "Berlin"],
    ])  # fmt: skip
    load("customers", shop, source="shop")
    load("customers", finance, source="finance")
    load("customers", service, source="after-sales")


def pairs(path: Path) -> list[tuple[str, str, bool]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (f"{row['left_source']}/{row['left_id']}", f"{row['right_source']}/{row['right_id']}", row["score"] == "1")
            for row in csv.DictReader(file)
        ]


@pytest.mark.usefixtures("departments")
def test_every_pair_is_told_once_with_left_before_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("match", "--json", pairs_out=tmp_path / "pairs.csv")
    assert json.loads(capsys.readouterr().out) == {"pairs": 3, "merged": 0, "to_review": 2}
    assert pairs(tmp_path / "pairs.csv") == [
        ("after-sales/K1", "finance/77", False),
        ("after-sales/K1", "shop/1", False),
        ("finance/77", "shop/1", True),
    ]
    assert Customer.objects.count() == 3


@pytest.mark.usefixtures("departments")
def test_it_is_held_against_pairs_that_somebody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = write_csv(tmp_path / "known.csv", "left_source,left_id,right_source,right_id", [
        ["shop", "1", "finance", "77"], ["shop", "1", "after-sales", "K1"], ["shop", "2", "finance", "77"],
        ["shop", "2", "after-sales", "K1"],
    ])  # fmt: skip
    call_command("match", "--json", pairs_out=tmp_path / "pairs.csv", labelled=known)
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("found", "known", "precision", "recall")} == {
        "found": 3, "known": 4, "precision": 0.6667, "recall": 0.5,
    }  # fmt: skip
    for wrong in ({"labelled": known}, {"labelled": tmp_path / "none.csv", "pairs_out": tmp_path / "pairs.csv"}):
        with pytest.raises(SystemExit) as refused:
            call_command("match", **wrong)
        assert refused.value.code == 2


@pytest.mark.usefixtures("departments")
def test_what_is_as_good_as_certain_is_merged_by_rule_and_can_be_taken_back(tmp_path: Path) -> None:
    first, *_others = Customer.objects.order_by("pk")
    assert match(merge_from=1.0).merged == 0
    found = match(merge_from=0.5, pairs_out=tmp_path / "pairs.csv")
    assert (found.pairs, found.merged, found.to_review) == (3, 1, 0)
    assert [pair[2] for pair in pairs(tmp_path / "pairs.csv")] == [True, True, True]
    merge = Merge.objects.get(how="rule")
    assert (merge.survivor_id, merge.how, merge.by) == (first.pk, "rule", None)
    assert match(merge_from=0.5).merged == 0
    undo_merge(merge=merge, by=None, now=NOON)
    assert (Customer.objects.count(), match().to_review) == (3, 2)
    assert match(merge_from=0.5).merged == 0


@pytest.mark.usefixtures("departments")
def test_with_sources_a_side_is_theirs(tmp_path: Path) -> None:
    assert match(sources=["Finance"], pairs_out=tmp_path / "pairs.csv").pairs == 2
    assert pairs(tmp_path / "pairs.csv") == [("after-sales/K1", "finance/77", False), ("finance/77", "shop/1", True)]


@pytest.mark.usefixtures("departments")
def test_who_is_typed_in_by_hand_has_no_source(tmp_path: Path) -> None:
    fields = {"kind": "person", "name": "Bert Unlike", "email": "b@b.example", "phone": "+49 89 7654321"}
    typed = create_customer(fields=fields)
    assert match(sources=["shop"], pairs_out=tmp_path / "pairs.csv").pairs == 3
    assert (f"/{typed.pk}", "shop/2", False) in pairs(tmp_path / "pairs.csv")


@pytest.mark.usefixtures("departments")
def test_who_has_no_record_stands_for_one(tmp_path: Path) -> None:
    bare = CustomerFactory.create(kind="person", name="Bert Unlike", phone="+49 89 7654321")
    assert match(sources=["shop"], pairs_out=tmp_path / "pairs.csv").pairs == 3
    assert (f"/{bare.pk}", "shop/2", False) in pairs(tmp_path / "pairs.csv")


def test_a_company_without_customers_has_none_twice(tmp_path: Path) -> None:
    assert match(pairs_out=tmp_path / "pairs.csv").pairs == 0
    assert (tmp_path / "pairs.csv").read_text() == "left_source,left_id,right_source,right_id,score\n"


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource, match="“nowhere” is no source"):
        match(sources=["nowhere"])
    for score in (0, -1, 1.5, float("nan")):
        with pytest.raises(BadScore):
            match(least=score)
        with pytest.raises(BadScore):
            match(merge_from=score)
    with pytest.raises(CannotWrite, match="cannot be written"):
        match(pairs_out=tmp_path / "no" / "where.csv")
    with pytest.raises(SystemExit) as refused:
        call_command("match", source=["nowhere"])
    assert refused.value.code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_second_search_at_the_same_time_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", list(locks.MATCHING))
        with pytest.raises(SystemExit) as refused:
            call_command("match", "--json")
    assert refused.value.code == 2
    assert "Somebody is looking for duplicates" in capsys.readouterr().err
