"""Who goes live when."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import QuerySet, Subquery

from accounts.models import Team
from crm.common.compiled import Compiled
from crm.common.versions import check_seen
from metrics.models import Rollout


def set_go_live(*, team: Team | None, went_live_on: date, phase: int = 1, seen: str | None = None) -> Rollout:
    """Say when a team (None: the company) went live, or correct it. Frozen baselines keep the day they have.

    Raises ChangedMeanwhile unless the go-live is as `seen`; the empty text: there was none.
    """
    with transaction.atomic():
        if team:  # one at a time, whether there is a go-live or not
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        check_seen(Rollout.objects.filter(team=team).first(), seen)
        rollout, _created = Rollout.objects.update_or_create(
            team=team, defaults={"went_live_on": went_live_on, "phase": phase}
        )
    return rollout


def withdraw_go_live(*, rollout: Rollout) -> None:
    """The team has not gone live after all."""
    rollout.delete()


def teams_with_rollout() -> list[Team]:
    """Each also knows the company's day, as `company_went_live_on`."""
    return _TEAMS.rows()


def _teams() -> QuerySet[Team]:
    company = Rollout.objects.filter(team=None).values("went_live_on")[:1]
    teams = Team.objects.filter(is_active=True).select_related("rollout")
    return teams.annotate(company_went_live_on=Subquery(company))


_TEAMS: Final = Compiled[Team](_teams)


# `first_go_live` of the company, for a statement that asks for more.
FIRST_GO_LIVE: Final = """(
  SELECT min(r.went_live_on) FROM metrics_rollout r LEFT JOIN accounts_team t ON t.id = r.team_id
  WHERE r.team_id IS NULL OR t.is_active
)"""


def first_go_live(teams: Sequence[Team], *, team_id: int | None) -> date | None:
    """Of the team, or the first of the company and all teams; `teams` with their rollouts."""
    asked = [team for team in teams if team_id in (None, team.pk)]
    days = [went_live_on(team) for team in asked]
    if team_id is None:
        days += [_company_day(team) for team in asked[:1]] or [find_company_day()]
    return min(filter(None, days), default=None)


def find_company_day() -> date | None:
    return Rollout.objects.filter(team=None).values_list("went_live_on", flat=True).first()


def find_rollout(team: Team) -> Rollout | None:
    """When it went live; None where it has not."""
    rollout: Rollout | None = getattr(team, "rollout", None)
    return rollout


def went_live_on(team: Team) -> date | None:
    """With the company where the team has no day of its own; None where neither has."""
    rollout = find_rollout(team)
    return rollout.went_live_on if rollout else _company_day(team)


def _company_day(team: Team) -> date | None:
    day: date | None = getattr(team, "company_went_live_on", None)
    return day
