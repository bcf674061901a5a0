"""A team that baselines speak of: renamed they follow, closed they stay, removed it cannot be."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.utils import IntegrityError

from accounts.domain.staff import save_team
from accounts.models import Team
from metrics.engine.scope import Scope
from metrics.goals.baselines import freeze
from metrics.goals.drift import drift
from metrics.goals.rollouts import set_go_live, teams_with_rollout
from metrics.kpis import get_kpi
from metrics.models import Baseline
from metrics.verdicts.lines import scorecard_lines
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.telephony import CallFactory
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
GO_LIVE = date(2026, 7, 1)


@pytest.fixture
def team() -> Team:
    return TeamFactory.create(key="north", name="North")


@pytest.fixture
def baseline(team: Team) -> Baseline:
    """Frozen over two calls of the team, with its go-live."""
    for month in (1, 2):
        CallFactory.create(entered_at=datetime(2026, month, 5, 12, tzinfo=UTC), waited_ms=10_000, team=team)
    set_go_live(team=team, went_live_on=GO_LIVE)
    window = {"first": date(2026, 1, 1), "last": date(2026, 3, 31), "go_live_on": GO_LIVE, "today": date(2026, 11, 15)}
    return freeze(kpi=get_kpi("asa"), scope=Scope(team_id=team.pk), by=UserFactory.create(), **window)


def page(client_for: ClientFor, address: str) -> str:
    answer = client_for("manager").get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestRenamed:
    @pytest.fixture(autouse=True)
    def renamed(self, baseline: Baseline) -> None:
        save_team(team=Team(pk=baseline.team_id, key="north", name="Hamburg", is_active=True))

    def test_the_baseline_bears_the_new_name_and_is_the_same(self, baseline: Baseline, client_for: ClientFor) -> None:
        shown = page(client_for, f"/baselines/{baseline.pk}/")
        assert "Hamburg" in shown
        assert "North" not in shown
        found = drift(Baseline.objects.get())
        assert (found.changed, found.comparable, found.present) == (False, True, baseline.value)

    def test_so_do_verdicts(self, team: Team, client_for: ClientFor) -> None:
        figures.evaluation("asa", "improved", team=team)
        assert "Hamburg" in page(client_for, "/scorecard/")


class TestClosed:
    @pytest.fixture(autouse=True)
    def closed(self, baseline: Baseline) -> None:
        save_team(team=Team(pk=baseline.team_id, key="north", name="North", is_active=False))

    def test_the_baseline_stays_with_its_figures(self, baseline: Baseline, client_for: ClientFor) -> None:
        assert "North" in page(client_for, f"/baselines/{baseline.pk}/")
        assert drift(Baseline.objects.get()).changed is False

    def test_its_verdicts_stay_in_the_scorecard(self, team: Team) -> None:
        judged = figures.evaluation("asa", "improved", team=team)
        (line,) = scorecard_lines(UserFactory.create(is_superuser=True), as_of=judged.as_of)
        assert (line.kpi.key, line.scope, line.verdict) == ("asa", "North", "improved")

    def test_pages_offer_the_team_no_longer(self, team: Team, client_for: ClientFor) -> None:
        assert team not in teams_with_rollout()
        form = client_for("manager").get("/kpis/asa/baseline/").context["form"]
        assert team not in form.fields["team"].queryset


class TestRemoved:
    def test_the_administration_offers_no_removal(self, team: Team, client_for: ClientFor) -> None:
        client = client_for("administrator")
        assert client.post(f"/admin/accounts/team/{team.pk}/delete/", {"post": "yes"}).status_code == 403
        answer = client.post("/admin/accounts/team/", {"action": "delete_selected", "_selected_action": team.pk})
        assert answer.status_code in {200, 302}
        assert Team.objects.filter(pk=team.pk).exists()

    def test_the_domain_refuses_it(self, baseline: Baseline) -> None:
        assert baseline.team
        with pytest.raises(ProtectedError):
            baseline.team.delete()
        assert Baseline.objects.get().team == baseline.team

    def test_the_database_refuses_it(self, baseline: Baseline) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers_call SET team_id = NULL; DELETE FROM metrics_rollout")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError, match='on table "metrics_baseline"'), transaction.atomic():
                cursor.execute("DELETE FROM accounts_team WHERE id = %s", [baseline.team_id])
        assert Baseline.objects.get().team == baseline.team
