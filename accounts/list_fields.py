"""Fields of lists that are people or teams: with the words "me" and "my team"."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from crm.common.lists.fields import Field
from crm.common.lists.options import Rows

_PEOPLE: Final = Rows(
    rows=lambda _asking: User.objects.order_by("-is_active", "name", "id"), search="name", first=[("me", _("me"))]
)
_TEAMS: Final = Rows(
    rows=lambda _asking: Team.objects.order_by("-is_active", "name"), search="name", first=[("mine", _("my team"))]
)


def person_field(*, key: str, label: str | Promise, path: str) -> Field:
    me = {"me": lambda asking: asking.user_id}
    return Field(key=key, label=label, kind="user", path=path, is_id=True, words=me, options=_PEOPLE)


def team_field(*, path: str) -> Field:
    mine = {"mine": lambda asking: asking.team_id}
    return Field(key="team", label=_("Team"), kind="choice", path=path, is_id=True, words=mine, options=_TEAMS)
