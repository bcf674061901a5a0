"""What the events of a row say, as a page shows it: when, who, and each field before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from crm.common.audit.who import names, who

LIMIT: Final = 200
Field = tuple[str, str, str]
"""Label, before, after; an empty text where there was or is nothing."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """`who` is empty where nobody was named. `what`: what happened, when it is not that `fields` were changed.

    `batch`: the import that did it. `undo_url`: where it can be taken back, while it can.
    """

    at: datetime
    who: str
    what: str = ""
    batch: int | None = None
    undo_url: str = ""
    fields: list[Field] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        told = [f"{label}: {before or '–'} → {after or '–'}" for label, before, after in self.fields]
        return [self.what, *told] if self.what else told


def in_words(found: Iterable[tuple[Any, str | list[Field]]]) -> list[Change]:
    """Each event with what it says: a sentence, or the fields that changed. Those that say nothing are passed over.

    One query, for the names; events come with their contexts.
    """
    saying = [(event, said) for event, said in found if said]
    users = names(event.pgh_context for event, _said in saying)
    return [
        Change(
            at=event.pgh_created_at, who=who(event.pgh_context, users), batch=_batch(event.pgh_context),
            **_as_told(said),
        )
        for event, said in saying
    ]  # fmt: skip


def _batch(context: Any) -> int | None:
    batch = context.metadata.get("batch") if context else None
    return batch if isinstance(batch, int) else None


def newest(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.at, reverse=True)[:LIMIT]


def differences(before: Any, after: Any, labels: Mapping[str, str]) -> list[Field]:
    """Of the fields that have a label."""
    return [
        (label, _shown(getattr(before, name)), _shown(getattr(after, name)))
        for name, label in labels.items()
        if getattr(before, name) != getattr(after, name)
    ]


def _as_told(said: str | list[Field]) -> dict[str, Any]:
    return {"what": said} if isinstance(said, str) else {"fields": said}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
