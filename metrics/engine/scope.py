"""Which part of the company a figure speaks of. The one type for it, from the rollups to the pages."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.utils.translation import gettext as _

from accounts.models import Team
from crm.common.errors import DomainError
from crm.common.kinds import Channel
from customers.models import Tier
from metrics.models.goals import Scoped


class UnknownScope(DomainError):
    """There is no such team, tier or channel."""

    def __init__(self, *, what: str, key: str, there_are: Iterable[str]) -> None:
        existing = ", ".join(there_are) or _("none yet")
        super().__init__(
            _("There is no %(what)s %(key)s. There are: %(existing)s.")
            % {"what": what, "key": repr(key), "existing": existing}
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the company; None and '' mean all of it."""

    team_id: int | None = None
    channel: str = ""
    tier_id: int | None = None

    @classmethod
    def of(cls, row: Scoped) -> Self:
        """Of a baseline, target, change or evaluation."""
        return cls(team_id=row.team_id, channel=row.channel, tier_id=row.tier_id)

    @property
    def columns(self) -> dict[str, Any]:
        """As the fields of a model that derives from `Scoped`."""
        return asdict(self)

    def filters(self) -> dict[str, Any]:
        """As a filter on such models: exactly this scope."""
        return {
            "channel": self.channel,
            **({"team_id": self.team_id} if self.team_id else {"team__isnull": True}),
            **({"tier_id": self.tier_id} if self.tier_id else {"tier__isnull": True}),
        }

    def where(self) -> tuple[str, dict[str, Any]]:
        """SQL over the columns of cells, each condition with AND, and its parameters."""
        given = {name: value for name, value in self.columns.items() if value not in (None, "")}
        return "".join(f" AND {name} = %({name})s" for name in given), given

    def meets(self, other: Self) -> bool:
        """Whether something in the one is in the other too: a part meets its whole, two teams do not meet."""
        pairs = zip(self.columns.values(), other.columns.values(), strict=True)
        return all(not one or not two or one == two for one, two in pairs)


COMPANY = Scope()


def get_scope(*, team: str = "", tier: str = "", channel: str = "") -> Scope:
    """By keys; raises UnknownScope, naming what there is."""
    if channel and channel not in Channel.values:
        raise UnknownScope(what=_("channel"), key=channel, there_are=Channel.values)
    return Scope(
        team_id=_get_team(team).pk if team else None, channel=channel, tier_id=_get_tier(tier).pk if tier else None
    )


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
