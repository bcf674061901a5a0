from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Team, User
from crm.common.company import current as company
from customers.interactions.to_do.words import assigned_notice, due_notice, due_words, until_words, whose
from customers.models import Task
from tests.conftest import NOON


@pytest.mark.parametrize(
    ("on", "at", "words"),
    [
        (date(2026, 11, 14), None, "yesterday"),
        (date(2026, 11, 15), time(9), "today 09:00"),
        (date(2026, 11, 16), time(0), "tomorrow 00:00"),
        (date(2026, 11, 13), None, "Fri November 13"),
        (date(2026, 11, 17), time(17, 5), "Tue November 17 17:05"),
        (date(2027, 5, 13), None, "Thu May 13"),
        (date(2027, 5, 14), None, "May 14, 2027"),
        (date(2026, 5, 19), None, "May 19, 2026"),
    ],
)
def test_a_day_is_said_as_people_say_it(on: date, at: time | None, words: str) -> None:
    assert due_words(on, at, NOON) == words


def test_until_when_is_said_on_the_companys_clock() -> None:
    with company.assumed(time_zone="Asia/Shanghai"):
        assert until_words(datetime(2026, 11, 15, 16, 30, tzinfo=UTC), NOON) == "tomorrow 00:30"


def test_whose_it_is() -> None:
    ada, north = User(name="Ada"), Team(name="North")
    assert whose(Task(assignee=ada, team=north)) == "Ada"
    assert whose(Task(team=north)) == "North (nobody yet)"
    assert whose(Task()) is None


WHAT = {"what": "Call", "by": "Ada"}


@pytest.mark.parametrize(
    ("data", "due", "assigned"),
    [
        (
            WHAT | {"due_on": "2026-12-03", "due_time": "09:00"},
            "Due Dec. 3, 2026 09:00: Call",
            "Ada gave you a task: Call, due Dec. 3, 2026 09:00",
        ),
        (WHAT | {"due_on": "2026-12-03"}, "Due Dec. 3, 2026: Call", "Ada gave you a task: Call, due Dec. 3, 2026"),
        (WHAT, "Due : Call", "Ada gave you a task: Call"),
    ],
)
def test_notices(data: dict[str, Any], due: str, assigned: str) -> None:
    assert (due_notice(data), assigned_notice(data)) == (due, assigned)


def test_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert due_words(date(2026, 11, 16), time(9), NOON) == "明天 09:00"
