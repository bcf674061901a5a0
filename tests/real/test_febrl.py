"""People with labelled duplicates (FEBRL 3; Christen 2008, febrl.sourceforge.net): 5,000 records, 6,538 true pairs."""

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from customers.identity.matching.proposing import match
from tests.customers.importing.files import load, write_csv

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "febrl3.csv"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(not FILE.exists(), reason=f"the real data set {FILE} is not beside the checkout"),
]
COLUMNS = "external_id,kind,name,tax_id,address,city,region,postcode,birth_date"


def is_day(text: str) -> bool:
    """Some have no such day: 31 September."""
    months = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    year, month, day = text[:4], int(text[4:6] or 0), int(text[6:] or 0)
    leap = month != 2 or day < 29 or int(year) % 4 == 0
    return len(text) == 8 and 1 <= month <= 12 and 1 <= day <= months[month - 1] and leap


def people(*, has_tax_id: bool) -> list[list[str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            [
                row["rec_id"],
                "person",
                f"{row['given_name']} {row['surname']}".strip() or "?",
                row["soc_sec_id"] if has_tax_id else "",
                f"{row['street_number']} {row['address_1']} {row['address_2']}".strip(),
                row["suburb"],
                row["state"],
                row["postcode"],
                row["date_of_birth"] if is_day(row["date_of_birth"]) else "",
            ]
            for row in csv.DictReader(file, skipinitialspace=True)
        ]


def true_pairs(ids: list[str]) -> set[tuple[str, str]]:
    groups = defaultdict(list)
    for each in ids:
        groups[each.split("-")[1]].append(each)
    return {pair for group in groups.values() for pair in combinations(sorted(group), 2)}


@pytest.mark.parametrize(("has_tax_id", "least_recall"), [(True, 0.99), (False, 0.97)])
def test_the_labelled_pairs_are_found(has_tax_id: bool, least_recall: float, tmp_path: Path) -> None:
    rows = people(has_tax_id=has_tax_id)
    mapping = {"columns": {"birth_date": {"from": "birth_date", "date": "%Y%m%d"}}}
    batch = load("customers", write_csv(tmp_path / "people.csv", COLUMNS, rows), source="febrl", mapping=mapping)
    assert (batch.created, batch.rejected) == (5_000, 0)
    match(pairs_out=tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as file:
        found = {(row["left_id"], row["right_id"]) for row in csv.DictReader(file)}
    true = true_pairs([row[0] for row in rows])
    assert len(true) == 6_538
    assert len(found & true) / len(found) >= 0.995
    assert len(found & true) / len(true) >= least_recall
