"""Build issues (chains of contacts) from the interaction log: anew for each (customer, purpose) that changed."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from crm.common import locks
from metrics.engine import chains_sql, sql
from metrics.engine.needs import Index, Marking, Needs
from metrics.engine.rules import Values, in_force
from metrics.engine.sharing import share_out
from metrics.engine.sources import Builder
from metrics.models import Clock, IssueMark

CUSTOMERS_AT_ONCE = 25_000
MANY_MARKS = 0.3  # of all issues: from here on reading all contacts once is cheaper
AT_LEAST = 50_000
CHAINS = locks.kpi(0)  # no source has that number


def rebuild(*, rules: Values, full: bool = False) -> None:
    """Rebuild the issues that changed; all of them when `full` or when the repeat window is another than last time."""
    if full or not is_built(rules) or has_many_marks():
        rebuild_all(hours=rules["repeat_window_hours"])
    elif IssueMark.objects.exists():
        rebuild_marked(hours=rules["repeat_window_hours"])


def built_key(hours: int) -> str:
    return f"issues:{hours}"


def begun_key(hours: int) -> str:
    return f"issues-begun:{hours}"


def is_built(rules: Values) -> bool:
    """Whether the table is whole, and every chain in it ends by this window."""
    return _is_built(rules["repeat_window_hours"])


def _is_built(hours: int) -> bool:
    return Clock.objects.filter(key=built_key(hours)).exists()


def is_waiting() -> bool:
    return IssueMark.objects.exists()


def has_many_marks() -> bool:
    """By the planner's estimate of how many issues there are; counting them would take longer than it saves."""
    if not IssueMark.objects.all()[AT_LEAST : AT_LEAST + 1].exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(chains_sql.ESTIMATED_ISSUES)
        (issues,) = cursor.fetchone()
    return IssueMark.objects.count() > MANY_MARKS * float(issues)


def rebuild_marked(*, hours: int) -> None:
    """Leaves the marks where the table is built, or being built, under another window."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[CHAINS], wait_s=locks.JOB_PATIENCE_S)
        if Clock.objects.filter(key__in=[built_key(hours), begun_key(hours)]).exists():
            cursor.execute(chains_sql.REBUILD_MARKED_ISSUES, {"repeat_hours": hours})


def rebuild_all(*, hours: int) -> None:
    """Range by range of customers; remembered as built at the end, so one that is killed starts again.

    Several may be at it under one window. Who begins under another ends them: from their next range on they leave the
    table alone, and it counts as built only when one that covered all ranges has not been ended.
    """
    began = _begin(hours)
    share_out(customer_ranges(), work=lambda first: rebuild_range(first, hours=hours, began=began))
    with connection.cursor() as cursor:  # whoever looked at the table while it was filled saw it empty
        cursor.execute(chains_sql.STATISTICS)
    rebuild_marked(hours=hours)
    _end(hours, began)


def _begin(hours: int) -> datetime:
    """→ what tells this building of the table from others."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[CHAINS], wait_s=locks.JOB_PATIENCE_S)
        Clock.objects.filter(key__startswith="issues:").exclude(key=built_key(hours)).delete()
        Clock.objects.filter(key__startswith="issues-begun:").exclude(key=begun_key(hours)).delete()
        row, _made = Clock.objects.get_or_create(key=begun_key(hours), defaults={"done_until": timezone.now()})
        return row.done_until


def _is_going_on(hours: int, began: datetime) -> bool:
    return Clock.objects.filter(key=begun_key(hours), done_until=began).exists()


def _end(hours: int, began: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[CHAINS], wait_s=locks.JOB_PATIENCE_S)
        if _is_going_on(hours, began):
            Clock.objects.filter(key=begun_key(hours)).delete()
            Clock.objects.update_or_create(key=built_key(hours), defaults={"done_until": timezone.now()})


def customer_ranges() -> range:
    with connection.cursor() as cursor:
        cursor.execute(chains_sql.CUSTOMERS_WITH_ISSUES)
        lowest, highest = cursor.fetchone()
    if lowest is None:
        return range(0)
    return range(lowest - lowest % CUSTOMERS_AT_ONCE, highest + 1, CUSTOMERS_AT_ONCE)


def rebuild_range(first: int, *, hours: int, began: datetime) -> None:
    """The customers from `first` on, as many as are rebuilt at once."""
    part = locks.kpi(0, 1 + first // CUSTOMERS_AT_ONCE)
    parameters = {"first": first, "after": first + CUSTOMERS_AT_ONCE, "repeat_hours": hours}
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[CHAINS], exclusive=[part], wait_s=locks.JOB_PATIENCE_S)
        if _is_going_on(hours, began):
            cursor.execute(sql.MORE_MEMORY)
            cursor.execute(chains_sql.HAS_ISSUES, parameters)
            (has_some,) = cursor.fetchone()
            cursor.execute(chains_sql.REBUILD_ISSUES_OF if has_some else chains_sql.BUILD_ISSUES_OF, parameters)


def check() -> int:
    """Hold the issues against the contacts, range by range of customers, and mark whose differ; returns how many."""
    hours = in_force()["repeat_window_hours"]
    return sum(check_range(first, hours=hours) for first in customer_ranges())


def check_range(first: int, *, hours: int) -> int:
    """Asked under the lock whether the table is still built by this window, as who builds it by another may begin."""
    parameters = {"first": first, "after": first + CUSTOMERS_AT_ONCE, "repeat_hours": hours}
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[CHAINS], wait_s=locks.JOB_PATIENCE_S)
        if not _is_built(hours):
            return 0
        cursor.execute(chains_sql.MARK_DIFFERING_ISSUES, parameters)
        return int(cursor.rowcount)


CONTACT = chains_sql.contact("f.")
CONTACT_COLUMNS = "f.customer_id, f.purpose, f.id, f.occurred_at, f.day, f.channel, f.team_id, f.tier_id"
MARK = "INSERT INTO metrics_issuemark (customer_id, purpose) SELECT DISTINCT customer_id, purpose"
# A full join by number is hashed or merged, however few rows there were when it was planned first: one pass over each
# side, where sets of whole rows take two.
UPDATED = f"""
INSERT INTO metrics_issuemark (customer_id, purpose) SELECT DISTINCT v.customer_id, v.purpose
FROM (SELECT {CONTACT_COLUMNS} FROM old_rows f WHERE {CONTACT}) o
FULL JOIN (SELECT {CONTACT_COLUMNS} FROM new_rows f WHERE {CONTACT}) n ON n.id = o.id
CROSS JOIN LATERAL (VALUES (o.customer_id, o.purpose), (n.customer_id, n.purpose)) v (customer_id, purpose)
WHERE o IS DISTINCT FROM n AND v.customer_id IS NOT NULL"""
NEEDS = Needs(
    markings=(
        Marking(
            key="contact",
            table="customers_interaction",
            insert=f"{MARK} FROM new_rows f WHERE {CONTACT}",
            update=UPDATED,
            delete=f"{MARK} FROM old_rows f WHERE {CONTACT}",
            truncate=f"{MARK} FROM metrics_issue",
        ),
    ),
    indexes=(
        Index(
            name="interaction_contacts",
            table="customers_interaction",
            columns="(customer_id, purpose, occurred_at, id) INCLUDE (team_id, channel, tier_id) "
            f"WHERE {chains_sql.CONTACTS}",
        ),
    ),
)
BUILDER = Builder(rebuild=rebuild, is_built=is_built, is_waiting=is_waiting, check=check, needs=NEEDS)
