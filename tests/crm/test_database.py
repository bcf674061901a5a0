"""The fixtures' promise: a test that really commits leaves the database as the migrations did."""

import contextlib
import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import Group

from accounts.models import Team
from crm.embedded.places import CHECKOUT
from tests.database import refuse_two_roles_of_others


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_commits_are_undone_and_what_migrations_made_is_back(turn: int) -> None:
    assert list(Group.objects.order_by("name").values_list("name", flat=True)) == [
        "administrator",
        "manager",
        "sales",
        "service",
    ]
    assert list(Team.objects.filter(key="committed")) == []
    Team.objects.create(key="committed", name="A")
    Group.objects.all().delete()


URLS = {name: f"postgres://{name}:secret@db.example.com/crm" for name in ("crm", "crm_owner")}
ANSWER = "(set to nothing) to let them have a PostgreSQL of their own."


@pytest.mark.slow
def test_two_roles_of_a_server_of_ones_own_are_left_alone() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:xdist", "-p", "no:cacheprovider"]
    named = os.environ | {"DATABASE_URL": URLS["crm"], "DATABASE_OWNER_URL": URLS["crm_owner"]}
    refused = subprocess.run([*command, __file__], cwd=CHECKOUT, env=named, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (4, "")
    assert refused.stderr.strip().endswith(ANSWER)
    assert refused.stderr.count("\n") <= 2


@pytest.mark.parametrize(
    ("url", "owner_url", "refused"), [("crm", "crm_owner", True), ("crm", "", False), ("", "", False)]
)
def test_one_role_or_none_is_the_tests_to_use(
    url: str, owner_url: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", URLS.get(url, ""))
    monkeypatch.setenv("DATABASE_OWNER_URL", URLS.get(owner_url, ""))
    with pytest.raises(pytest.UsageError) if refused else contextlib.nullcontext():
        refuse_two_roles_of_others()
