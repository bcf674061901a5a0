"""The fixtures' promise: a test that really commits leaves the database as the migrations did."""

import pytest
from django.contrib.auth.models import Group

from accounts.models import Team


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
