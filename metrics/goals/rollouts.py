"""Who goes live when."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from accounts.models import Team
from crm.common.versions import check_seen
from metrics.models import Rollout


def set_go_live(*, team: Team, went_live_on: date, phase: int = 1, seen: str | None = None) -> Rollout:
    """Say when a team went live, or correct it. Frozen baselines keep the day they were frozen with.

    Raises ChangedMeanwhile unless the go-live is as `seen`; the empty text: there was none.
    """
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # one at a time, whether there is a go-live or not
        check_seen(Rollout.objects.filter(team=team).first(), seen)
        rollout, _created = Rollout.objects.update_or_create(
            team=team, defaults={"went_live_on": went_live_on, "phase": phase}
        )
    return rollout


def withdraw_go_live(*, rollout: Rollout) -> None:
    """The team has not gone live after all."""
    rollout.delete()


def teams_with_rollout() -> list[Team]:
    return list(Team.objects.filter(is_active=True).select_related("rollout"))


def first_go_live(teams: Iterable[Team], *, team_id: int | None) -> date | None:
    """Of the team, or the first of all teams; `teams` with their rollouts."""
    return min((day for team in teams if team_id in (None, team.pk) and (day := went_live_on(team))), default=None)


def find_rollout(team: Team) -> Rollout | None:
    """When it went live; None where it has not."""
    rollout: Rollout | None = getattr(team, "rollout", None)
    return rollout


def went_live_on(team: Team) -> date | None:
    """None where it has not."""
    rollout = find_rollout(team)
    return rollout.went_live_on if rollout else None
