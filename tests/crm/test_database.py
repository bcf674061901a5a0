"""The fixtures' promise: a test that really commits leaves the database as the migrations did."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from accounts.models import Team
from crm.embedded.places import CHECKOUT


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


def collected(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:xdist", "-p", "no:cacheprovider"]
    file = str(Path(__file__).relative_to(CHECKOUT))
    environment = os.environ | environment
    return subprocess.run([*command, file], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)


def test_two_roles_of_a_server_of_ones_own_are_left_alone() -> None:
    urls = {name: f"postgres://{name}:secret@db.example.com/crm" for name in ("crm", "crm_owner")}
    refused = collected(DATABASE_URL=urls["crm"], DATABASE_OWNER_URL=urls["crm_owner"])
    assert (refused.returncode, refused.stdout) == (4, "")
    assert refused.stderr.strip().endswith("(set to nothing) to let them have a PostgreSQL of their own.")
    assert refused.stderr.count("\n") <= 2

    assert collected(DATABASE_URL="", DATABASE_OWNER_URL="").returncode == 0
    assert collected(DATABASE_URL=urls["crm"], DATABASE_OWNER_URL="").returncode == 0
