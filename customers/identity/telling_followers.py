"""Tell those who follow customers what happened with them: once every few minutes, one notice a customer.

What was recorded up to a moment is told when no transaction is left that began before it: whatever such a one has
recorded is seen by then. It is counted once, and told in short steps. In a step the notices and the moment up to which
these followers are told are written together; killed, the next run tells the rest, and twice at once the second leaves
it to the first.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain.notices import Told, tell_each
from accounts.models import User
from crm.common import locks
from crm.common.pacing import HELD_S, Pace
from crm.common.retrying import retried
from customers.registry.happening import happenings

Counts = dict[tuple[int, int], dict[str, int]]
"""(user, customer) → how many of each happening."""

FIRST, MOST, STEP_S = 200, 5_000, HELD_S  # follows a step

# A transaction that stays open holds nobody up for longer than an hour.
_UNTIL: Final = """
SELECT greatest(least(%(now)s, min(xact_start) - interval '1 microsecond'), %(now)s::timestamptz - interval '1 hour')
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Those who were told while the clock was ahead are behind, too: else they would hear nothing until it is there again.
_BEHIND: Final = "(told_until < %(until)s OR told_until > %(now)s + interval '1 minute')"
_SINCE: Final = f"SELECT min(least(told_until, %(until)s)) FROM customers_follow WHERE {_BEHIND}"  # noqa: S608 - constants
# Of each happening what is new, by a range of the time it was recorded; a hash of the follows.
_ARM: Final = """
SELECT f.user_id, f.customer_id, '{key}', count(*) FROM ({rows}) n JOIN customers_follow f
  ON f.customer_id = n.customer_id AND n.at > f.told_until AND n.by_id IS DISTINCT FROM f.user_id
GROUP BY f.user_id, f.customer_id
"""
_NEXT: Final = f"""
SELECT id, user_id, customer_id FROM customers_follow WHERE id > %(after)s AND {_BEHIND}
ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_NAMES: Final = "SELECT id, name FROM customers_customer WHERE id = ANY(%(ids)s)"
_TOLD: Final = "UPDATE customers_follow SET told_until = %(until)s WHERE id = ANY(%(ids)s)"


@dataclass(frozen=True, kw_only=True)
class _News:
    """`counts`: what is new, of those who work here and may see customers."""

    now: datetime
    until: datetime
    counts: Counts


def tell_followers(*, now: datetime) -> int:
    """Returns how many notices were made."""
    with locks.held(locks.FOLLOWERS) as free:
        news = _find_news(now) if free else None
        return _tell(news) if news else 0


def _find_news(now: datetime) -> _News | None:
    """None where everybody has been told."""
    with connection.cursor() as cursor:
        until = _one(cursor, _UNTIL, {"now": now})
        since = _one(cursor, _SINCE, {"now": now, "until": until})
        if since is None:
            return None
        counts = _counts(cursor, {"since": since, "until": until})
    users = User.objects.filter(pk__in={user for user, _customer in counts}, is_active=True)
    may_see = {user.pk for user in users if user.has_perm("customers.view_customer")}
    return _News(now=now, until=until, counts={pair: said for pair, said in counts.items() if pair[0] in may_see})


def _one(cursor: CursorWrapper, statement: str, params: Mapping[str, Any]) -> Any:
    cursor.execute(statement, params)
    return (cursor.fetchone() or [None])[0]


def _counts(cursor: CursorWrapper, span: Mapping[str, datetime]) -> Counts:
    arms = [_ARM.format(key=one.key, rows=one.rows) for one in happenings()]
    counts: Counts = {}
    if arms:
        cursor.execute(" UNION ALL ".join(arms), span)
        for user, customer, key, n in cursor.fetchall():
            counts.setdefault((user, customer), {})[key] = n
    return counts


def _tell(news: _News) -> int:
    told, after, pace = 0, 0, Pace(FIRST, seconds=STEP_S, least=1, most=MOST)
    while True:
        most = pace.amount
        follows, notices = retried(_step)(news, pace, after)
        told += notices
        if len(follows) < most:
            return told
        after = follows[-1]


def _step(news: _News, pace: Pace, after: int) -> tuple[list[int], int]:
    """→ the follows it went through, and how many notices that made."""
    with pace.timed(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEXT, {"now": news.now, "until": news.until, "after": after, "most": pace.amount})
        rows = cursor.fetchall()
        ids = [follow for follow, _user, _customer in rows]
        told = _told(cursor, news, {(user, customer) for _follow, user, customer in rows})
        tell_each(told, kind="follow", now=news.now)
        cursor.execute(_TOLD, {"until": news.until, "ids": ids})
    return ids, len(told)


def _told(cursor: CursorWrapper, news: _News, pairs: Collection[tuple[int, int]]) -> list[Told]:
    """The customers are there as long as their followers are held."""
    counts = {pair: news.counts[pair] for pair in pairs if pair in news.counts}
    cursor.execute(_NAMES, {"ids": sorted({customer for _user, customer in counts})})
    names = dict(cursor.fetchall())
    return [
        Told(
            user_id=user,
            key=f"follow:{customer}:{news.until.isoformat()}",
            data={"customer": names[customer], "counts": said},
            url=reverse("customers:detail", args=[customer]),
            customer_id=customer,
        )
        for (user, customer), said in sorted(counts.items())
    ]


def in_words(data: Mapping[str, Any]) -> str:
    """3 new contacts, 1 new order at Acme."""
    counts = data.get("counts", {})
    parts = [one.words(counts[one.key]) for one in happenings() if counts.get(one.key)]
    return _("%(what)s at %(customer)s") % {"what": ", ".join(parts), "customer": data.get("customer", "")}
