"""Answers from a file lie on their survey's scale, or say which value does not."""

from pathlib import Path

import pytest

from accounts.models import Team
from customers.models import ImportReject
from service.models import SurveyAnswer
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.accounts import TeamFactory

pytestmark = pytest.mark.django_db
HEADERS = "external_id,survey,answered_at,value,comment,team,channel"


def load_answers(path: Path, *values: tuple[str, str], comment: str = "") -> dict[str, int]:
    rows = [
        [str(number), survey, "2026-03-01 23:30", value, comment, "North", "web"]
        for number, (survey, value) in enumerate(values)
    ]
    return counts(load("survey_answers", write_csv(path / "answers.csv", HEADERS, rows)))


def answers() -> list[tuple[str, int | None, str]]:
    return list(SurveyAnswer.objects.order_by("pk").values_list("survey", "score", "choice"))


def test_both_ends_of_each_scale_are_answers(tmp_path: Path) -> None:
    given = [("csat", "1"), ("csat", "5.0"), ("nps", "0"), ("nps", "10"), ("ces", "1"), ("ces", "07")]
    assert load_answers(tmp_path, *given) == {"rows": 6, "created": 6}
    assert answers() == [
        ("csat", 1, ""), ("csat", 5, ""), ("nps", 0, ""), ("nps", 10, ""), ("ces", 1, ""), ("ces", 7, ""),
    ]  # fmt: skip


WRONG = {
    "csat score from 1 to 5": ["0", "6", "٤", "003", "ok"],
    "nps score from 0 to 10": ["-1", "11"],
    "ces score from 1 to 7": ["0", "4.5", "8"],
}


def test_what_lies_beside_the_scale_is_rejected_and_the_rest_comes_in(tmp_path: Path) -> None:
    wrong = [(scale, value) for scale, values in WRONG.items() for value in values]
    given = [(scale.split()[0], value) for scale, value in wrong]

    assert load_answers(tmp_path, *given, ("csat", "3")) == {"rows": 11, "created": 1, "rejected": 10}
    assert list(ImportReject.objects.order_by("line").values_list("column", "reason")) == [
        ("value", f"“{value}” is no {scale}") for scale, value in wrong
    ]


def test_a_long_wrong_value_is_told_by_its_beginning(tmp_path: Path) -> None:
    load_answers(tmp_path, ("csat", "x" * 61))
    assert ImportReject.objects.get().reason == f"“{'x' * 60}” is no csat score from 1 to 5"


def test_a_choice_is_kept_as_it_is_said_as_far_as_there_is_room(tmp_path: Path) -> None:
    values = ["card", "x" * 60, "x" * 61]
    found = load_answers(tmp_path, *(("payment_method", value) for value in values))
    assert found == {"rows": 3, "created": 2, "rejected": 1}
    assert answers() == [("payment_method", None, value) for value in values[:2]]
    assert ImportReject.objects.values_list("column", "reason").get() == ("value", "longer than 60 characters")


def test_who_answered_what_and_when_has_to_be_said_and_a_team_comes_with_its_answers(tmp_path: Path) -> None:
    whole = ["1", "csat", "2026-03-01", "4", "", "North", ""]
    lines = [whole, *([*whole[:place], "", *whole[place + 1 :]] for place in range(4))]
    batch = load("survey_answers", write_csv(tmp_path / "answers.csv", HEADERS, lines))
    assert counts(batch) == {"rows": 5, "created": 1, "rejected": 4}
    assert list(ImportReject.objects.order_by("line").values_list("column", flat=True)) == HEADERS.split(",")[:4]
    assert Team.objects.get().key == "north"


def test_the_same_file_again_changes_nothing_and_a_correction_what_it_corrects(tmp_path: Path) -> None:
    north = TeamFactory.create(key="north")
    load_answers(tmp_path, ("csat", "4"), ("nps", "9"))
    assert load_answers(tmp_path, ("csat", "4"), ("nps", "9")) == {"rows": 2, "unchanged": 2}
    assert load_answers(tmp_path, ("csat", "2"), ("nps", "9")) == {"rows": 2, "updated": 1, "unchanged": 1}
    assert answers() == [("csat", 2, ""), ("nps", 9, "")]
    row = SurveyAnswer.objects.earliest("pk")
    assert (row.team, row.channel, str(row.day), row.customer) == (north, "web", "2026-03-01", None)
