"""What the events of a row say, as a page shows it: when, who, and each field before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from crm.common.audit.who import metadata_of, named_in, names

LIMIT: Final = 200
Field = tuple[str, str, str]
"""Label, before, after; an empty text where there was or is nothing."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """`who` is empty where nobody was named. `what`: what happened, when it is not that `fields` were changed.

    `batch`: the import that did it. `undo_url`: where it can be taken back, while it can. `is_day`: of `at` only the
    day is known.
    """

    at: datetime
    who: str
    what: str = ""
    batch: int | None = None
    undo_url: str = ""
    is_day: bool = False
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
        change_of(at=event.pgh_created_at, metadata=metadata_of(event.pgh_context), users=users, said=said)
        for event, said in saying
    ]


def change_of(
    *, at: datetime, metadata: Mapping[str, Any], users: Mapping[int, str], said: str | list[Field], undo_url: str = ""
) -> Change:
    """Of one event, by the metadata of its context and the names of the users it speaks of."""
    batch = metadata.get("batch")
    return Change(
        at=at, who=named_in(metadata, users), batch=batch if isinstance(batch, int) else None, undo_url=undo_url,
        **_as_told(said),
    )  # fmt: skip


def newest(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.at, reverse=True)[:LIMIT]


def differences(before: Any, after: Any, labels: Mapping[str, str]) -> list[Field]:
    """Of the fields that have a label; `before` and `after` are rows, or mappings by name."""
    said = [(label, _value(before, name), _value(after, name)) for name, label in labels.items()]
    return [(label, _shown(was), _shown(now)) for label, was, now in said if was != now]


def _value(row: Any, name: str) -> object:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name)


def _as_told(said: str | list[Field]) -> dict[str, Any]:
    return {"what": said} if isinstance(said, str) else {"fields": said}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
