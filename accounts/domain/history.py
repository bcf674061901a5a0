"""Who changed what about a member of staff: their row, their role, their password."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, User
from accounts.roles import LABELS, Role

LIMIT = 200
FIELDS = ("email", "name", "team", "phone_agent", "language", "is_active", "is_staff", "is_superuser")
WORDS = {
    "insert": gettext_lazy("made"),
    "password": gettext_lazy("password changed"),
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """`who` is empty for what a command or a job did. `what`: sentences, the value before and the one after."""

    at: datetime
    who: str
    what: list[str]


def changes_of(user: User) -> list[Change]:
    """Newest first; three queries."""
    found = [*_of_the_row(user), *_of_the_role(user)]
    names = _names([by for _event, by, _what in found if by])
    changes = [Change(at=event.pgh_created_at, who=names.get(by, ""), what=what) for event, by, what in found if what]
    return sorted(changes, key=lambda change: change.at, reverse=True)[:LIMIT]


Found = tuple[Any, int | None, list[str]]


def _of_the_row(user: User) -> list[Found]:
    events = User.pgh_event_model.objects.filter(pgh_obj_id=user.pk)  # type: ignore[attr-defined]
    after: Any = user
    found = []
    for event in events.select_related("pgh_context", "team").order_by("-pgh_id")[:LIMIT]:
        word = WORDS.get(event.pgh_label)
        found.append((event, _by(event), [str(word)] if word else _differences(event, after)))
        after = event
    return found


def _of_the_role(user: User) -> list[Found]:
    events = Membership.pgh_event_model.objects.filter(user_id=user.pk)
    newest = events.select_related("pgh_context", "group").order_by("-pgh_id")[:LIMIT]
    return [(event, _by(event), [_role_words(event)]) for event in newest]


def _role_words(event: Any) -> str:
    name = event.group.name
    role = LABELS[Role(name)] if name in set(Role) else name
    text = _("role given: %(role)s") if event.pgh_label == "insert" else _("role taken: %(role)s")
    return text % {"role": role}


def _differences(before: Any, after: Any) -> list[str]:
    return [
        f"{label_for_field(name, User)}: {_shown(getattr(before, name))} → {_shown(getattr(after, name))}"
        for name in FIELDS
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "–")


def _by(event: Any) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _names(ids: list[int]) -> dict[int | None, str]:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
