"""Build issues (chains of contacts) from the interaction log: anew for each (customer, purpose) that changed."""

from django.db import connection, transaction
from django.utils import timezone

from crm.common import locks
from metrics.engine import sql
from metrics.engine.sharing import share_out
from metrics.engine.sources import ISSUES
from metrics.models import Clock, IssueMark, Source

CUSTOMERS_AT_ONCE = 25_000
MANY_MARKS = 0.3  # of all issues: from here on reading all contacts once is cheaper
AT_LEAST = 50_000
CHAINS = locks.kpi(Source.INTERACTION)


def rebuild(*, full: bool = False) -> None:
    """Rebuild the issues that changed; all of them when `full` or when the repeat window is another than last time."""
    if full or not is_built() or has_many_marks():
        rebuild_all()
    elif IssueMark.objects.exists():
        rebuild_marked()


def repeat_hours() -> int:
    return ISSUES.rules["repeat_window_hours"]


def built_key() -> str:
    return f"issues:{repeat_hours()}"


def is_built() -> bool:
    return Clock.objects.filter(key=built_key()).exists()


def has_many_marks() -> bool:
    """By the planner's estimate of how many issues there are; counting them would take longer than it saves."""
    if not IssueMark.objects.all()[AT_LEAST : AT_LEAST + 1].exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(sql.ESTIMATED_ISSUES)
        (issues,) = cursor.fetchone()
    return IssueMark.objects.count() > MANY_MARKS * float(issues)


def rebuild_marked() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[CHAINS], wait_s=locks.JOB_PATIENCE_S)
        cursor.execute(sql.REBUILD_MARKED_ISSUES, {"repeat_hours": repeat_hours()})


def rebuild_all() -> None:
    """Range by range of customers; remembered as built at the end, so one that is killed starts again."""
    share_out(customer_ranges(), work=rebuild_range)
    rebuild_marked()
    Clock.objects.exclude(key=built_key()).filter(key__startswith="issues:").delete()
    Clock.objects.update_or_create(key=built_key(), defaults={"done_until": timezone.now()})


def customer_ranges() -> range:
    with connection.cursor() as cursor:
        cursor.execute(sql.CUSTOMERS_WITH_ISSUES)
        lowest, highest = cursor.fetchone()
    if lowest is None:
        return range(0)
    return range(lowest - lowest % CUSTOMERS_AT_ONCE, highest + 1, CUSTOMERS_AT_ONCE)


def rebuild_range(first: int) -> None:
    """The customers from `first` on, as many as are rebuilt at once."""
    part = locks.kpi(Source.INTERACTION, 1 + first // CUSTOMERS_AT_ONCE)
    parameters = {"first": first, "after": first + CUSTOMERS_AT_ONCE, "repeat_hours": repeat_hours()}
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[CHAINS], exclusive=[part], wait_s=locks.JOB_PATIENCE_S)
        cursor.execute(sql.MORE_MEMORY)
        cursor.execute(sql.REBUILD_ISSUES_OF, parameters)
