"""What a customer's history is made of: who changed what of them, and of what belongs to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import models

from crm.common.audit.changes import Change, Field, change_of
from customers.registry.page import Happened, Reader, SourceRows

# Events of a change and of a removal keep the row as it was before; what it was afterwards the next event says, or the
# row of today. Both are probes of an index, for the rows that are shown.
_AFTER: Final = """
LEFT JOIN pghistory_context context ON context.id = f.pgh_context_id
LEFT JOIN accounts_user doer ON doer.id =
  CASE WHEN jsonb_typeof(context.metadata -> 'user') = 'number' THEN (context.metadata ->> 'user')::bigint END
LEFT JOIN LATERAL (SELECT to_jsonb(t) AS row FROM {table} t WHERE t.id = f.pgh_obj_id) today ON true
LEFT JOIN LATERAL (
  SELECT to_jsonb(n) AS row FROM {events} n
  WHERE n.pgh_obj_id = f.pgh_obj_id AND n.pgh_id > f.pgh_id AND n.pgh_label <> 'insert' ORDER BY n.pgh_id LIMIT 1
) next ON true
"""
_FACTS: Final = {
    "label": "f.pgh_label",
    "row": "f.pgh_obj_id",
    "metadata": "context.metadata",
    "doer": "coalesce(nullif(doer.name, ''), doer.email)",
    "before": "to_jsonb(f)",
    "after": "coalesce(next.row, today.row)",
    "is_there": "today.row IS NOT NULL",
    "is_last": "next.row IS NULL",
}


@dataclass(frozen=True, kw_only=True)
class HistoryRows(SourceRows):
    """Rows that tell of a change. What `change` gives stands in the history as it is."""

    change: Callable[[Happened, Reader], Change]


@dataclass(frozen=True, kw_only=True)
class HistorySource:
    """Keys order what happened at one moment: the larger one stands above."""

    key: str
    rows: HistoryRows
    permission: str = ""


_sources: Final[dict[str, HistorySource]] = {}


def register_history_source(source: HistorySource) -> None:
    """Registering the same key again replaces it."""
    _sources[source.key] = source


def history_sources(reader: Reader) -> list[HistorySource]:
    return [one for _key, one in sorted(_sources.items()) if not one.permission or reader.has_perm(one.permission)]


def of_events(
    model: type[models.Model], change: Callable[[Happened, Reader], Change], *, customer: str = "f.customer_id",
    facts: Mapping[str, str] | None = None, joins: str = "",
) -> HistoryRows:  # fmt: skip
    """The events of a tracked model.

    Facts: `label` (insert, update, edit, delete), `row` (its number), `before` and `after` (by column; before an
    insert it is what was put in), `is_there` (the row, today), `is_last` (nothing changed it since), and `facts`, which
    may use `joins` and what stands there already: `f`, `today` and `next`.
    """
    events: str = model.pgh_event_model._meta.db_table  # type: ignore[attr-defined] # noqa: SLF001 (Django's documented name)
    after = _AFTER.format(table=model._meta.db_table, events=events)  # noqa: SLF001
    return HistoryRows(
        table=f"{events} f", at="f.pgh_created_at", key="f.pgh_id", customer=customer, joins=after + joins,
        facts={**_FACTS, **(facts or {})}, change=change,
    )  # fmt: skip


def told(row: Happened, said: str | list[Field], *, undo_url: str = "") -> Change:
    """An event of `of_events` with what it says: a sentence, or the fields that changed."""
    metadata: dict[str, Any] = row.facts["metadata"] or {}
    users = {metadata["user"]: row.facts["doer"]} if row.facts["doer"] else {}
    return change_of(at=row.at, metadata=metadata, users=users, said=said, undo_url=undo_url)
