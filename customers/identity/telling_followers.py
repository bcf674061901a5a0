"""Tell those who follow customers what happened with them: once every few minutes, one notice a customer.

What was recorded up to a moment is told when no transaction is left that began before it: whatever such a one has
recorded is seen by then. The notices and the moment up to which all are told are written together; killed, the next
run tells the same, and twice at once the second leaves it to the first.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain.notices import Told, tell_each
from accounts.models import User
from crm.common import locks
from customers.registry.happening import happenings

Counts = dict[tuple[int, int], dict[str, int]]
"""(user, customer) → how many of each happening."""

# A transaction that stays open holds nobody up for longer than an hour.
_UNTIL: Final = """
SELECT greatest(least(%(now)s, min(xact_start) - interval '1 microsecond'), %(now)s::timestamptz - interval '1 hour')
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SINCE: Final = "SELECT min(told_until) FROM customers_follow WHERE told_until < %(until)s"
# Of each happening what is new, by a range of the time it was recorded; a hash of the follows.
_ARM: Final = """
SELECT f.user_id, f.customer_id, '{key}', count(*) FROM ({rows}) n JOIN customers_follow f
  ON f.customer_id = n.customer_id AND n.at > f.told_until AND n.by_id IS DISTINCT FROM f.user_id
GROUP BY f.user_id, f.customer_id
"""
_NAMES: Final = "SELECT id, name FROM customers_customer WHERE id = ANY(%(ids)s)"
_TOLD: Final = "UPDATE customers_follow SET told_until = %(until)s WHERE told_until < %(until)s"


def tell_followers(*, now: datetime) -> int:
    """Returns how many notices were made."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not locks.take_if_free(cursor, locks.FOLLOWERS):
            return 0
        until = _one(cursor, _UNTIL, {"now": now})
        since = _one(cursor, _SINCE, {"until": until})
        if since is None:
            return 0
        told = _told(cursor, _counts(cursor, {"since": since, "until": until}), until)
        tell_each(told, kind="follow", now=now)
        cursor.execute(_TOLD, {"until": until})
    return len(told)


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


def _told(cursor: CursorWrapper, counts: Counts, until: datetime) -> list[Told]:
    """To those who work here and may see customers."""
    users = User.objects.filter(pk__in={user for user, _customer in counts}, is_active=True)
    may_see = {user.pk for user in users if user.has_perm("customers.view_customer")}
    cursor.execute(_NAMES, {"ids": [customer for _user, customer in counts]})
    names = dict(cursor.fetchall())
    return [
        Told(
            user_id=user,
            key=f"follow:{customer}:{until.isoformat()}",
            data={"customer": names[customer], "counts": said},
            url=reverse("customers:detail", args=[customer]),
            customer_id=customer,
        )
        for (user, customer), said in sorted(counts.items())
        if user in may_see
    ]


def in_words(data: Mapping[str, Any]) -> str:
    """3 new contacts, 1 new order at Acme."""
    counts = data.get("counts", {})
    parts = [one.words(counts[one.key]) for one in happenings() if counts.get(one.key)]
    return _("%(what)s at %(customer)s") % {"what": ", ".join(parts), "customer": data.get("customer", "")}
