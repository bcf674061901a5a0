from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from pghistory.models import Context

from crm.common.audit.changes import LIMIT, Change, differences, in_words, newest
from tests.factories.accounts import UserFactory

AT = datetime(2026, 11, 15, 12, tzinfo=UTC)


@dataclass
class Row:
    name: str = ""
    size: int | None = None
    is_active: bool = True


def test_fields_that_differ_are_told_by_their_labels() -> None:
    labels = {"name": "Name", "size": "Size", "is_active": "active"}
    assert differences(Row(), Row(), labels) == []
    assert differences(Row("a"), Row("b", 0, is_active=False), labels) == [
        ("Name", "a", "b"), ("Size", "", "0"), ("active", "yes", "no"),
    ]  # fmt: skip
    assert differences(Row("a"), Row("b", 0), {"size": "Size"}) == [("Size", "", "0")]


def test_a_change_in_sentences() -> None:
    change = Change(at=AT, who="Ann", fields=[("Name", "a", "b"), ("Size", "", "0"), ("City", "Rome", "")])
    assert change.sentences == ["Name: a → b", "Size: – → 0", "City: Rome → –"]
    assert Change(at=AT, who="Ann", what="Created").sentences == ["Created"]


@pytest.mark.django_db
def test_events_say_who_and_what_and_those_that_say_nothing_are_passed_over() -> None:
    context = Context(metadata={"user": UserFactory.create(name="Ann").pk})
    event = SimpleNamespace(pgh_context=context, pgh_created_at=AT)
    nobody = SimpleNamespace(pgh_context=None, pgh_created_at=AT)
    assert in_words([(event, "Created"), (nobody, [("Name", "a", "b")]), (event, []), (event, "")]) == [
        Change(at=AT, who="Ann", what="Created"),
        Change(at=AT, who="", fields=[("Name", "a", "b")]),
    ]


def test_the_newest_come_first_and_not_without_end() -> None:
    changes = [Change(at=AT + timedelta(seconds=n), who="") for n in range(LIMIT + 5)]
    assert [change.at for change in newest(changes)] == [AT + timedelta(seconds=n) for n in range(LIMIT + 4, 4, -1)]
