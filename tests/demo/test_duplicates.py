"""The demo company's departments know the same customers: what was written twice on purpose is found, and no more."""

import csv
import random
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from customers.identity.matching.proposing import match
from customers.models import SourceRecord
from demo import departments
from demo.parties import draw_parties
from tests.customers.importing.files import load

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
FIRST = {"finance": 70_000, "shop": 10_000}


def party(record: str) -> int:
    """Each department's number says whom it means."""
    source, _, external_id = record.partition("/")
    return int(re.sub(r"\D", "", external_id)) - FIRST.get(source, 0)


def test_the_planted_duplicates_are_found(tmp_path: Path) -> None:
    draw = random.Random(11)
    census = departments.take_census(draw, draw_parties(draw, count=1_000))
    for file in departments.write_customers(draw, census, tmp_path):
        load(file.kind, file.path, source=file.source, mapping=dict(file.mapping or {}))
    match(pairs_out=tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as lines:
        found = {
            (f"{row['left_source']}/{row['left_id']}", f"{row['right_source']}/{row['right_id']}")
            for row in csv.DictReader(lines)
        }
    records = defaultdict(list)
    for source, external_id in SourceRecord.objects.filter(kind="customers").values_list("system__key", "external_id"):
        records[party(f"{source}/{external_id}")].append(f"{source}/{external_id}")
    true = {pair for group in records.values() for pair in combinations(sorted(group), 2)}
    assert len(true) > 2_000
    assert len(found & true) / len(found) >= 0.99
    assert len(found & true) / len(true) >= 0.95
