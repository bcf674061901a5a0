"""Scopes as people and scripts name them: by the keys of teams and tiers, and by channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team
from crm.common.errors import DomainError
from crm.common.kinds import Channel
from customers.models import Tier


class UnknownScope(DomainError):
    """There is no such team, tier or channel."""

    def __init__(self, *, what: str, key: str, there_are: Iterable[str]) -> None:
        existing = ", ".join(there_are) or _("none yet")
        super().__init__(
            _("There is no %(what)s %(key)s. There are: %(existing)s.")
            % {"what": what, "key": repr(key), "existing": existing}
        )


@dataclass(frozen=True)
class Named:
    """A part of the company; None and '' mean all of it."""

    team: Team | None = None
    channel: str = ""
    tier: Tier | None = None

    @property
    def ids(self) -> dict[str, Any]:
        """As the keyword arguments of `metrics.engine.series`."""
        return {
            "team_id": self.team.pk if self.team else None,
            "channel": self.channel,
            "tier_id": self.tier.pk if self.tier else None,
        }


def get_scope(*, team: str = "", tier: str = "", channel: str = "") -> Named:
    """By keys; raises UnknownScope, naming what there is."""
    if channel and channel not in Channel.values:
        raise UnknownScope(what=_("channel"), key=channel, there_are=Channel.values)
    return Named(team=_get_team(team) if team else None, channel=channel, tier=_get_tier(tier) if tier else None)


def _get_team(key: str) -> Team:
    found = Team.objects.filter(key=key).first()
    if found is None:
        raise UnknownScope(
            what=_("team"), key=key, there_are=Team.objects.order_by("key").values_list("key", flat=True)
        )
    return found


def _get_tier(key: str) -> Tier:
    found = Tier.objects.filter(key=key).first()
    if found is None:
        raise UnknownScope(what=_("tier"), key=key, there_are=Tier.objects.values_list("key", flat=True))
    return found
