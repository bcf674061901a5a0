"""What the start page tells of one's customers: what is new, who waits, whom one looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from accounts.models import User
from crm.common.days import company_zone, day_of
from crm.common.kinds import Channel
from customers.models import Customer, Interaction, Tier, Visit
from customers.querysets.interactions import InteractionQuerySet

LOOKED_BACK: Final = timedelta(days=30)
"""How far back something is new to who never looked, and an answer is still waited for."""
OWNED: Final = 500
"""Of who owns more, those in touch last are looked at: the page must not take seconds for a house account."""
VISITED: Final = 100
"""So many of those looked at last are one's own too; and those one owns, or follows."""
WRITTEN: Final = [Channel.EMAIL.value, Channel.WEB.value, Channel.LETTER.value, Channel.SMS.value]
COUNTED: Final = 99
MANY: Final = 1_000


@dataclass(frozen=True, slots=True)
class News:
    """One of my customers: what others brought since I last looked, and since when they wait for us, if they do."""

    customer: Customer
    contacts: int
    orders: int
    invoices: int
    at: datetime
    waits_since: datetime | None


@dataclass(frozen=True, slots=True)
class MyNews:
    """`count`: of all of them, of which `rows` are the first: those who wait, then the newest."""

    rows: tuple[News, ...]
    count: int


# A fixed number of index probes for each customer of mine; of what there is, at most %(counted)s are counted.
_NEWS = """
WITH mine AS (
    (SELECT id, last_contact_at FROM customers_customer WHERE owner_id = %(user)s
     ORDER BY last_contact_at DESC NULLS LAST, id LIMIT %(owned)s)
    UNION SELECT c.id, c.last_contact_at FROM customers_follow f JOIN customers_customer c ON c.id = f.customer_id
          WHERE f.user_id = %(user)s
    UNION SELECT c.id, c.last_contact_at FROM (
              SELECT customer_id FROM customers_visit WHERE user_id = %(user)s AND at > %(floor)s
              ORDER BY at DESC LIMIT %(visited)s) visited
          JOIN customers_customer c ON c.id = visited.customer_id
), found AS (
    SELECT c.id, contacts.n AS contacts, orders.n AS orders, invoices.n AS invoices, waits.since,
        greatest(contacts.at, orders.at, invoices.at, waits.since) AS at
    FROM mine c
    LEFT JOIN customers_visit v ON v.user_id = %(user)s AND v.customer_id = c.id
    CROSS JOIN LATERAL (SELECT coalesce(v.at, %(floor)s) AS at) looked
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, max(occurred_at) AS at FROM (
            SELECT i.occurred_at FROM customers_interaction i
            WHERE i.customer_id = c.id AND i.occurred_at > looked.at AND i.occurred_at <= %(now)s AND i.is_contact
                AND i.agent_id IS DISTINCT FROM %(user)s AND c.last_contact_at > looked.at
            LIMIT %(counted)s) x
    ) contacts
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, max(placed_at) AS at FROM (
            SELECT o.placed_at FROM customers_order o
            WHERE o.customer_id = c.id AND o.placed_at > looked.at AND o.placed_at <= %(now)s
            LIMIT %(counted)s) x
    ) orders
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, max(issued_on)::timestamp AT TIME ZONE %(zone)s AS at FROM (
            SELECT i.issued_on FROM customers_invoice i
            WHERE i.customer_id = c.id AND i.issued_on > crm_day(looked.at) AND i.issued_on <= %(today)s
            LIMIT %(counted)s) x
    ) invoices
    LEFT JOIN LATERAL (
        SELECT last.occurred_at AS since FROM (
            SELECT i.* FROM customers_interaction i
            WHERE i.customer_id = c.id AND i.occurred_at <= %(now)s AND i.is_contact AND c.last_contact_at > %(floor)s
            ORDER BY i.occurred_at DESC, i.id DESC LIMIT 1) last
        -- Somebody said so, or chose an outcome that settles nothing; or a letter came of which nothing was said.
        WHERE last.direction = 'in' AND last.occurred_at > %(floor)s AND (
            last.is_solved IS FALSE
            OR last.is_solved IS NULL AND EXISTS (
                SELECT FROM customers_outcome o
                WHERE lower(o.key) = lower(last.outcome) AND o.is_offered AND NOT o.is_solved)
            OR last.is_solved IS NULL AND last.outcome = '' AND last.channel = ANY (%(written)s))
            AND NOT EXISTS (SELECT FROM customers_task t WHERE t.interaction_id = last.id)
    ) waits ON true
    WHERE contacts.n + orders.n + invoices.n > 0 OR waits.since IS NOT NULL
)
SELECT f.*, c.name, c.city, t.name, t.colour
FROM (SELECT *, count(*) OVER () FROM found ORDER BY since NULLS LAST, at DESC, id LIMIT %(limit)s) f
JOIN customers_customer c USING (id) LEFT JOIN customers_tier t ON t.id = c.tier_id
ORDER BY f.since NULLS LAST, f.at DESC, f.id
"""


def my_news(*, user: User, now: datetime, limit: int) -> MyNews:
    """My customers with something new: one statement."""
    if not user.has_perm("customers.view_customer"):
        return MyNews((), 0)
    asked: dict[str, Any] = {
        "user": user.pk, "now": now, "today": day_of(now), "floor": now - LOOKED_BACK, "visited": VISITED,
        "owned": OWNED, "counted": COUNTED, "written": WRITTEN, "limit": limit, "zone": str(company_zone()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, asked)
        rows = cursor.fetchall()
    return MyNews(rows=tuple(map(_news, rows)), count=rows[0][6] if rows else 0)


def _news(row: Sequence[Any]) -> News:
    pk, contacts, orders, invoices, waits_since, at, _count, name, city, tier, colour = row
    customer = Customer(pk=pk, name=name, city=city, tier=Tier(name=tier, colour=colour) if tier else None)
    return News(customer, contacts, orders, invoices, at, waits_since)


def recently_viewed(*, user: User, limit: int) -> list[Visit]:
    """The newest first, with customer and tier."""
    visits = Visit.objects.filter(user=user).select_related("customer__tier").order_by("-at")
    return list(visits[:limit])


def unmatched(*, reader: User) -> int:
    """Contacts that belong to no customer yet; at most one more than MANY is counted."""
    return len(unmatched_contacts(reader=reader).values_list("pk")[: MANY + 1])


def unmatched_contacts(*, reader: User) -> InteractionQuerySet[Interaction]:
    """In no order; the newest first are read along the index of the timeline."""
    return Interaction.objects.visible_to(reader).filter(customer=None)
