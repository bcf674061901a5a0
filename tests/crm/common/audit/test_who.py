from typing import Any

import pytest
from pghistory.models import Context
from pytest_django import DjangoAssertNumQueries

from crm.common.audit.who import names, who
from tests.factories.accounts import UserFactory


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"user": 5, "url": "/customers/1/edit/"}, "Ann"),
        ({"user": 6}, "#6"),
        ({"user": 5, "batch": 7, "job": "import"}, "import 7 by Ann"),
        ({"user": None, "batch": 7, "job": "import"}, "import 7"),
        (
            {"user": None, "batch": 7, "command": "import_file", "account": "root", "job": "import"},
            "import 7 by import_file on the command line (root)",
        ),
        ({"command": "retier", "account": "root"}, "retier on the command line (root)"),
        ({"job": "retier_everyone"}, "the job retier_everyone"),
        ({"user": None, "url": "/accounts/login/"}, ""),
        ({}, ""),
    ],
)
def test_who_did_it_in_words(metadata: dict[str, Any], words: str) -> None:
    assert who(Context(metadata=metadata), {5: "Ann"}) == words


def test_an_event_without_a_context_names_nobody() -> None:
    assert who(None, {}) == ""


@pytest.mark.django_db
def test_names_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    users = [UserFactory.create(name=name) for name in ("Ann", "Ben")]
    contexts = [*(Context(metadata={"user": user.pk}) for user in users), Context(metadata={"user": None}), None]
    with django_assert_num_queries(1):
        assert names(contexts) == {users[0].pk: "Ann", users[1].pk: "Ben"}
    with django_assert_num_queries(0):
        assert names([None]) == {}
