from datetime import date

import pytest

from accounts.models import Team
from crm.common.versions import ChangedMeanwhile, version
from metrics.goals import rollouts
from metrics.models import Rollout

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def test_a_go_live_day_is_set_and_corrected() -> None:
    team = Team.objects.create(key="north", name="North")

    rollouts.set_go_live(team=team, went_live_on=DAY)
    rollout = rollouts.set_go_live(team=team, went_live_on=date(2026, 4, 1), phase=2)

    assert list(Rollout.objects.values_list("team_id", "went_live_on", "phase")) == [(team.pk, date(2026, 4, 1), 2)]
    rollouts.withdraw_go_live(rollout=rollout)
    assert not Rollout.objects.exists()


def test_a_go_live_another_has_set_meanwhile_stays() -> None:
    team = Team.objects.create(key="north", name="North")
    rollouts.set_go_live(team=team, went_live_on=DAY)

    with pytest.raises(ChangedMeanwhile):
        rollouts.set_go_live(team=team, went_live_on=date(2026, 4, 1), seen="")
    assert Rollout.objects.get().went_live_on == DAY

    rollouts.set_go_live(team=team, went_live_on=date(2026, 4, 1), seen=version(Rollout.objects.get()))
    assert Rollout.objects.get().went_live_on == date(2026, 4, 1)
