"""Count uses against a rate, in the database: one statement a use, also while Redis is down."""

import hashlib
import hmac
import json
import math
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm.common.limits.rates import Rate

# The row holds the moments within the window, oldest first, at most as many as the rate allows. Two uses at the same
# time wait for each other's row, so that no more than allowed ever pass. About 0.5 ms.
TAKE = """
INSERT INTO common_ratecount AS known (key, moments, tries, keep_until)
VALUES (%(key)s, ARRAY[%(now)s::timestamptz], 1, %(until)s)
ON CONFLICT (key) DO UPDATE SET (moments, tries, keep_until) = (
  SELECT CASE WHEN cardinality(recent) < %(uses)s THEN recent || %(now)s::timestamptz ELSE recent END,
         cardinality(recent) + 1,
         greatest(known.keep_until, excluded.keep_until)
  FROM (SELECT array(SELECT at FROM unnest(known.moments) AS at WHERE at > %(since)s ORDER BY at)) AS kept(recent)
)
RETURNING tries <= %(uses)s, moments[1]
"""
GIVE_BACK = """
UPDATE common_ratecount
SET moments = moments[: array_position(moments, %(at)s) - 1] || moments[array_position(moments, %(at)s) + 1 :]
WHERE key = %(key)s AND %(at)s = ANY (moments)
"""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One use. `wait_s`: after how many seconds the next would be allowed where this one was not."""

    key: UUID
    at: datetime
    is_allowed: bool
    wait_s: int


def take(rate: Rate, *of: object) -> Taken:
    """Count one use of what `of` names (an action and a party), unless the rate is used up."""
    key, now = _key(of), timezone.now()
    since, until = now - rate.window, now + rate.window
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"key": key, "now": now, "uses": rate.uses, "since": since, "until": until})
        row = cursor.fetchone()
    assert row is not None
    is_allowed, oldest = row
    wait_s = 0 if is_allowed else max(1, math.ceil((oldest + rate.window - now).total_seconds()))
    return Taken(key=key, at=now, is_allowed=is_allowed, wait_s=wait_s)


def give_back(taken: Taken) -> None:
    """As if that use had not been."""
    if taken.is_allowed:
        with connection.cursor() as cursor:
            cursor.execute(GIVE_BACK, {"key": taken.key, "at": taken.at})


def forget(*of: object) -> None:
    """Begin anew with what `of` names."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM common_ratecount WHERE key = %s", [_key(of)])


def prune(*, now: datetime) -> int:
    """Delete what no rate looks at any more; how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM common_ratecount WHERE keep_until < %s", [now])
        return int(cursor.rowcount)


def _key(of: tuple[object, ...]) -> UUID:
    """A keyed hash: whoever reads the table learns neither names nor addresses, not even by trying them."""
    text = json.dumps([str(part) for part in of])
    return UUID(bytes=hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256)[:16])
