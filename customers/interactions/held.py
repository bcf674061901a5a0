"""What the room of interactions holds on a person: that there was a contact stays, not what was said and by whom."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from crm.common import locks
from customers.interactions import attaching
from customers.models import Attachment, Call, CallEvent, Interaction, Note, SourceSystem, Task
from customers.registry.personal import Holding

_WITH: Final = "f.customer_id = ANY(%(customers)s) AND f.contact_id = ANY(%(contacts)s)"
_INTERACTIONS: Final = "f.id IN (SELECT i.id FROM customers_interaction i WHERE {whose})"
_CALLS: Final = "f.interaction_id IN (SELECT i.id FROM customers_interaction i WHERE {whose})"
_CALL_EVENTS: Final = """
f.event = 'ENTERQUEUE' AND (f.system_id, f.callid) IN (
  SELECT c.system_id, c.callid FROM customers_call c JOIN customers_interaction i ON i.id = c.interaction_id
  WHERE {whose})
"""
_THEIRS: Final = "i.customer_id = ANY(%(customers)s)"
_WITH_THEM: Final = f"{_THEIRS} AND i.contact_id = ANY(%(contacts)s)"
# From a number or an address of theirs that others have too: nobody can say whose they are, and the rematch would give
# them to whoever is left with it. By the index on what is unmatched.
_UNCLAIMED: Final = """
i.customer_id IS NULL AND i.contact_normalised = ANY(ARRAY(
  SELECT p.normalised FROM customers_contactpoint p WHERE p.customer_id = ANY(%(customers)s) AND p.normalised <> ''
  AND (cardinality(%(contacts)s::bigint[]) = 0 OR p.contact_id = ANY(%(contacts)s))))
"""


def _file(row: Mapping[str, Any]) -> Path:
    return attaching.folder() / str(row["stored"])


def _logs() -> list[locks.Key]:
    """Whoever takes in lines of a log that are there already knows them by their digests."""
    return [locks.calls(system) for system in SourceSystem.objects.values_list("pk", flat=True)]


HOLDINGS: Final = (
    Holding(model=Attachment, goes=True, files=_file, hides=("digest", "stored")),
    Holding(model=Task, goes=True, hides=("due_at", "reminded_at")),
    Holding(model=Note, goes=True),
    Holding(
        model=CallEvent,
        customer=_CALL_EVENTS.format(whose=_THEIRS),
        contact=_CALL_EVENTS.format(whose=_WITH_THEM),
        unclaimed=_CALL_EVENTS.format(whose=_UNCLAIMED),
        # The digest of the line would say the number to whoever tries all there are; its place is taken by one of the
        # row's own, by which a line that comes again is known (`telephony/sql/call_keep_events.sql`).
        blanks={
            "params": "f.params[:1] || ''::text || f.params[3:]",
            "digest": "md5('erased ' || f.id)::uuid",
        },
        is_large=True,
        alone=_logs,
        hides=("digest", "agent"),
        because="that somebody rang, and how long they waited; the number goes",
    ),
    Holding(
        model=Call,
        customer=_CALLS.format(whose=_THEIRS),
        contact=_CALLS.format(whose=_WITH_THEM),
        unclaimed=_CALLS.format(whose=_UNCLAIMED),
        blanks={"caller": "''"},
        is_large=True,
        hides=("tier", "agent_name"),
        because="that somebody rang, and how long they waited; the number goes",
    ),
    Holding(
        model=Interaction,
        contact=_WITH,
        unclaimed=_INTERACTIONS.format(whose=_UNCLAIMED),
        blanks={
            "contact_value": "''", "contact_normalised": "''", "matched_by_value": "false", "subject": "''",
            "body": "''",
        },
        is_large=True,
        records="interactions",
        hides=("contact_normalised", "matched_by_value", "tier", "agent_name"),
        because="that there was a contact, when, on which channel and how it ended",
    ),
)  # fmt: skip
