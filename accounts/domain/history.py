"""Who changed what about a member of staff: their row, their role, their password, their second step."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.utils.translation import gettext as _

from accounts.domain.second_step import SHOWN
from accounts.models import Membership, SecondStep, User
from accounts.roles import LABELS, Role
from crm.common.audit.changes import LIMIT, Change, Field, differences, in_words, newest
from crm.common.audit.models import AuditEntry

FIELDS = ("email", "name", "team", "phone_agent", "language", "is_active", "is_staff", "is_superuser")
Found = Iterator[tuple[Any, str | list[Field]]]


def changes_of(user: User) -> list[Change]:
    """Newest first; five queries."""
    told = in_words([*_of_the_row(user), *_of_the_role(user), *_of_the_second_step(user)])
    return newest([*told, *_codes_shown(user)])


def _of_the_row(user: User) -> Found:
    events = User.pgh_event_model.objects.filter(pgh_obj_id=user.pk)  # type: ignore[attr-defined]
    labels = {name: str(label_for_field(name, User)) for name in FIELDS}
    after: Any = user
    for event in events.select_related("pgh_context", "team").order_by("-pgh_id")[:LIMIT]:
        yield event, _word(event) or differences(event, after, labels)
        after = event


def _word(event: Any) -> str:
    if event.pgh_label == "insert":
        return _("made")
    if event.pgh_label != "password":
        return ""
    by_link = event.pgh_context and event.pgh_context.metadata.get("by_link")
    return _("password set by the link in a mail") if by_link else _("password changed")


def _of_the_role(user: User) -> Found:
    events = Membership.pgh_event_model.objects.filter(user_id=user.pk)
    for event in events.select_related("pgh_context", "group").order_by("-pgh_id")[:LIMIT]:
        name = event.group.name
        role = LABELS[Role(name)] if name in set(Role) else name
        text = _("role given: %(role)s") if event.pgh_label == "insert" else _("role taken: %(role)s")
        yield event, text % {"role": role}


def _of_the_second_step(user: User) -> Found:
    said = {
        "insert": _("second step added: %(kind)s"),
        "delete": _("second step removed: %(kind)s"),
        "code_used": _("a recovery code used"),
        "renamed": _("second step renamed: %(kind)s"),
    }
    events = SecondStep.pgh_event_model.objects.filter(user_id=user.pk)
    for event in events.select_related("pgh_context").order_by("-pgh_id")[:LIMIT]:
        yield event, said[event.pgh_label] % {"kind": event.get_type_display()}


def _codes_shown(user: User) -> list[Change]:
    """Only to the user themselves."""
    entries = AuditEntry.objects.filter(user_id=user.pk, what=SHOWN)[:LIMIT]
    return [Change(at=entry.at, who=str(user), what=_("recovery codes shown")) for entry in entries]
