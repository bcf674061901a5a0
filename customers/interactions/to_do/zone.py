"""What is due follows the company's clock when that moves to another zone: 9:00 is 9:00 there."""

from django.db.backends.utils import CursorWrapper

from crm.common.chunks import by_id_ranges
from crm.common.days import company_zone
from customers.interactions.to_do.due import Due, moment_of
from customers.models import Task


def follow_zone() -> int:
    """Let `due_at` of open tasks be as day and time say on the present clock; returns of how many it was another.

    Twice does no harm. What is done stays as it was.
    """
    return by_id_ranges(Task._meta.db_table, _follow_range)  # noqa: SLF001 (Django's documented name)


def _follow_range(_cursor: CursorWrapper, first: int, after: int) -> int:
    zone, moved = company_zone(), list[Task]()
    with_a_day = Task.objects.select_for_update().filter(
        pk__gte=first, pk__lt=after, done_at=None, due_on__isnull=False
    )
    for task in with_a_day.order_by("pk"):
        moment = moment_of(Due(task.due_on, task.due_time), zone)
        if moment != task.due_at:
            task.due_at = moment
            moved.append(task)
    Task.objects.bulk_update(moved, ["due_at"])
    return len(moved)
