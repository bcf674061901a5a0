"""A customer's contacts, newest first, with what other apps add to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from accounts.models import User
from crm.common.paging import keyset_page
from customers.interactions.recording import UNDO_WITHIN
from customers.models import Customer, Interaction
from customers.querysets.interactions import InteractionQuerySet
from customers.registry import TimelineEntry, timeline_sources

PAGE_SIZE: Final = 20
ICONS: Final = {
    "phone": "phone", "email": "mail", "web": "world", "letter": "mailbox", "visit": "building-store",
    "chat": "message-circle", "sms": "message", "self_service": "user-check",
}  # fmt: skip

# The purposes in use, newest contacts first; reads the end of the primary key.
PURPOSES = """
SELECT purpose FROM (SELECT id, purpose FROM customers_interaction ORDER BY id DESC LIMIT 1000) AS newest
WHERE purpose <> '' GROUP BY purpose ORDER BY count(*) DESC, purpose LIMIT 20
"""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """`entries`: interactions and entries of registered sources; `before` is where the next page goes on."""

    entries: list[TimelineEntry]
    next_cursor: str
    before: str


def timeline(
    *,
    customer: Customer,
    user: User,
    contacts: InteractionQuerySet,
    filtered: bool,
    cursor: str,
    before: datetime | None,
    now: datetime,
) -> Timeline:
    """One query, and one a registered source while nothing is filtered. `contacts` are the customer's, narrowed."""
    page = keyset_page(
        contacts.select_related("agent", "team", "contact"), sort="-occurred_at", cursor=cursor, size=PAGE_SIZE
    )
    entries = [_entry(row, user=user, now=now) for row in page.rows]
    oldest = page.rows[-1].occurred_at if page.rows and page.next_cursor else None
    if not filtered:
        for source in timeline_sources():
            if not source.permission or user.has_perm(source.permission):
                entries += source.entries(customer, oldest, before, PAGE_SIZE)
        entries.sort(key=lambda entry: entry.at, reverse=True)
    return Timeline(entries=entries, next_cursor=page.next_cursor, before=oldest.isoformat() if oldest else "")


def _entry(row: Interaction, *, user: User, now: datetime) -> TimelineEntry:
    may_undo = row.agent_id == user.pk and now - row.created_at <= UNDO_WITHIN - timedelta(seconds=5)
    return TimelineEntry(
        at=row.occurred_at,
        icon=ICONS.get(row.channel, "message"),
        title=row.subject,
        text=row.body,
        channel=str(row.get_channel_display()),
        details={"interaction": row, "may_undo": may_undo},
    )


def purposes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(PURPOSES)
        return [purpose for (purpose,) in cursor.fetchall()]
