from datetime import date
from pathlib import Path

import pytest

from customers.models import ImportReject
from metrics.models import OtherChange
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db
HEADERS = "external_id,name,from,to,kpis,team,note"
STRIKE = ["1", "Strike", "2024-03-01", "2024-03-05", "nps; csat nps", "North", "two days"]


def changes() -> list[tuple[object, ...]]:
    fields = ("what", "happened_from", "happened_to", "kpis", "team__key", "channel", "tier", "note")
    return list(OtherChange.objects.order_by("what").values_list(*fields))


def test_changes_come_from_a_file_and_empty_means_lasting_and_all(tmp_path: Path) -> None:
    lines = [STRIKE, ["2", "Price rise", "2024-05-01", "", "", "", ""]]
    assert counts(load("other_changes", write_csv(tmp_path / "c.csv", HEADERS, lines))) == {"rows": 2, "created": 2}
    assert changes() == [
        ("Price rise", date(2024, 5, 1), None, [], None, "", None, ""),
        ("Strike", date(2024, 3, 1), date(2024, 3, 5), ["csat", "nps"], "north", "", None, "two days"),
    ]
    assert counts(load("other_changes", tmp_path / "c.csv")) == {"rows": 2, "unchanged": 2}


def test_a_correction_leaves_what_only_a_person_says(tmp_path: Path) -> None:
    load("other_changes", write_csv(tmp_path / "c.csv", HEADERS, [STRIKE]))
    OtherChange.objects.update(channel="phone")
    longer = [*STRIKE[:3], "2024-03-09", *STRIKE[4:]]
    assert counts(load("other_changes", write_csv(tmp_path / "c.csv", HEADERS, [longer]))) == {"rows": 1, "updated": 1}
    assert [(row[2], row[5]) for row in changes()] == [(date(2024, 3, 9), "phone")]


def test_one_withdrawn_by_hand_comes_again_when_its_source_changes_it(tmp_path: Path) -> None:
    load("other_changes", write_csv(tmp_path / "c.csv", HEADERS, [STRIKE]))
    OtherChange.objects.all().delete()
    assert counts(load("other_changes", tmp_path / "c.csv")) == {"rows": 1, "unchanged": 1}
    assert changes() == []
    load("other_changes", write_csv(tmp_path / "c.csv", HEADERS, [[*STRIKE[:6], "three days"]]))
    assert [row[7] for row in changes()] == ["three days"]


def test_what_is_wrong_is_rejected_with_its_column(tmp_path: Path) -> None:
    lines = [["1", "x", "2024-03-02", "2024-03-01", "", "", ""], ["2", "x", "2024-03-02", "", "csat, joy", "", ""]]
    assert counts(load("other_changes", write_csv(tmp_path / "c.csv", HEADERS, lines))) == {"rows": 2, "rejected": 2}
    assert list(ImportReject.objects.order_by("line").values_list("column", "reason")) == [
        ("to", "2024-03-01 < 2024-03-02"), ("kpis", "“joy” is no KPI"),
    ]  # fmt: skip
