import pytest
from django.db import connection

from accounts.models import Team
from crm.common import admin
from crm.common.admin import EstimatingPaginator, estimated_count

pytestmark = pytest.mark.django_db


def make_teams(count: int) -> None:
    Team.objects.bulk_create(Team(key=f"t{at}", name=f"Team {at}") for at in range(count))


def test_few_rows_are_counted_exactly() -> None:
    make_teams(3)
    assert estimated_count(Team.objects.filter(name="Team 1")) == 1
    assert EstimatingPaginator(Team.objects.order_by("pk"), 2).num_pages == 2


def test_many_rows_are_estimated_by_the_planner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "EXACT_UP_TO", 50)
    make_teams(500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_team")
    assert estimated_count(Team.objects.all()) == 500


def test_lists_are_counted_as_they_are() -> None:
    assert EstimatingPaginator([1, 2, 3], 2).count == 3
