from datetime import date
from pathlib import Path

import pytest

from accounts.models import Team
from customers.models import ImportReject
from metrics.goals.rollouts import first_go_live, set_go_live, teams_with_rollout, went_live_on
from metrics.models import Rollout
from tests.conftest import ClientFor
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db
HEADERS = "team,went_live_on,phase,transition_months"
DAY = date(2024, 3, 1)


def rollouts() -> list[tuple[str | None, date, int, int]]:
    return list(
        Rollout.objects.order_by("team__key").values_list("team__key", "went_live_on", "phase", "transition_months")
    )


def test_teams_and_the_company_go_live(tmp_path: Path) -> None:
    lines = [["North Desk", "2024-04-01", "2", "3"], ["", "2024-03-01", "", ""]]
    assert counts(load("rollouts", write_csv(tmp_path / "r.csv", HEADERS, lines))) == {"rows": 2, "created": 2}
    assert rollouts() == [("north-desk", date(2024, 4, 1), 2, 3), (None, DAY, 1, 0)]
    assert counts(load("rollouts", tmp_path / "r.csv")) == {"rows": 2, "unchanged": 2}
    lines[1][1] = "2024-02-01"
    assert counts(load("rollouts", write_csv(tmp_path / "r.csv", HEADERS, lines))) == {
        "rows": 2, "updated": 1, "unchanged": 1,
    }  # fmt: skip
    assert rollouts()[1] == (None, date(2024, 2, 1), 1, 0)


def test_a_team_has_one_go_live_whoever_says_it(tmp_path: Path) -> None:
    team = Team.objects.create(key="north", name="North")
    set_go_live(team=team, went_live_on=DAY, phase=2)
    load("rollouts", write_csv(tmp_path / "r.csv", HEADERS, [["north", "2024-04-01", "", ""]]), source="a")
    load("rollouts", write_csv(tmp_path / "r.csv", HEADERS, [["north", "2024-05-01", "", ""]]), source="b")
    assert rollouts() == [("north", date(2024, 5, 1), 1, 0)]
    Rollout.objects.all().delete()
    load("rollouts", write_csv(tmp_path / "r.csv", HEADERS, [["north", "2024-06-01", "", ""]]), source="b")
    assert rollouts() == [("north", date(2024, 6, 1), 1, 0)]


def test_what_is_wrong_is_rejected_with_its_column(tmp_path: Path) -> None:
    lines = [["a", "", "", ""], ["b", "2024-01-01", "0", ""], ["c", "2024-01-01", "", "25"]]
    assert counts(load("rollouts", write_csv(tmp_path / "r.csv", HEADERS, lines))) == {"rows": 3, "rejected": 3}
    assert list(ImportReject.objects.order_by("line").values_list("column", flat=True)) == [
        "went_live_on", "phase", "transition_months",
    ]  # fmt: skip


def test_a_team_without_a_day_of_its_own_went_live_with_the_company() -> None:
    north, south = (Team.objects.create(key=key, name=key) for key in ("north", "south"))
    assert first_go_live(teams_with_rollout(), team_id=None) is None
    set_go_live(team=north, went_live_on=date(2024, 4, 1))
    assert first_go_live(teams_with_rollout(), team_id=south.pk) is None
    set_go_live(team=None, went_live_on=DAY)
    set_go_live(team=None, went_live_on=DAY)
    assert Rollout.objects.count() == 2
    teams = teams_with_rollout()
    assert {team.key: went_live_on(team) for team in teams} == {"north": date(2024, 4, 1), "south": DAY}
    assert first_go_live(teams, team_id=None) == DAY
    assert first_go_live(teams, team_id=north.pk) == date(2024, 4, 1)
    assert first_go_live([], team_id=None) == DAY


def test_the_page_says_who_went_live_with_the_company(client_for: ClientFor) -> None:
    Team.objects.create(key="south", name="South")
    set_go_live(team=None, went_live_on=DAY)
    assert "with the company" in client_for("manager").get("/programme/").content.decode()
