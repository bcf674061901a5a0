"""Whom a run has to decide: nightly only those of whom something changed since the last one that decided for all.

That are the marked, whose trade or assignments were written, and those whose orders or invoices came into the window or
left it by the passing of days. All others would get the tier that they have. The clock moves on when a run is through:
killed, the next one finds the same customers, and whoever was marked since.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common.days import today
from customers.tiers import changed_sql as sql


def mark_traders(cursor: CursorWrapper, customer_ids: list[int]) -> None:
    """Of customers whose trade changed the figures have followed; the tiers do at the next run."""
    cursor.execute(sql.MARK_TRADERS, {"ids": customer_ids, "day": today()})


def note_marks(values: Mapping[str, Any]) -> None:
    """What is marked now will have been decided when the run is through."""
    with connection.cursor() as cursor:
        cursor.execute(sql.MARKED, values)


def find_changed(values: Mapping[str, Any], *, first_day: Callable[[date], date]) -> list[int] | None:
    """Customers to decide anew after `note_marks`; None: everybody, since it is not known or by other rules.
    `first_day`: of the window as of a day.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.CLOCK)
        was, rules = cursor.fetchone() or (None, None)
        if was is None or was > values["as_of"] or rules != _rules(values):
            return None
        cursor.execute(sql.MOVING, {**values, "was": was, "first_was": first_day(was)})
        cursor.execute(sql.CHANGED)
        return [customer for (customer,) in cursor.fetchall()]


def settle(values: Mapping[str, Any]) -> None:
    """The run is through: everybody is in the tier that the rules give."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SETTLE, {**values, "rules": _rules(values)})


def forget() -> None:
    """Have the next run decide for everybody: after trade or assignments were written past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET)


def _rules(values: Mapping[str, Any]) -> str:
    """All that decides but the days."""
    days = ("as_of", "today", "first", "last")
    return json.dumps({name: value for name, value in values.items() if name not in days}, default=str, sort_keys=True)
