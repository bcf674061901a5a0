"""The days on which a repeating task comes again."""

from datetime import date, timedelta

from crm.common.days import add_months
from customers.models import Task

Repeat = Task.Repeat
SATURDAY = 5


def next_day(*, repeat: str, first: date, last: date, today: date) -> date:
    """The day after `last` on which it is due next; those that passed meanwhile are left out, that of today is not.

    Counted from `first`: what is due on the 31st is due on the last day of shorter months and on the 31st again
    afterwards; what is due on 29 February is due on the 28th in most years.
    """
    earliest = max(last + timedelta(days=1), today)
    match repeat:
        case Repeat.DAILY:
            return earliest
        case Repeat.WORKDAYS:
            return earliest + timedelta(days=7 - earliest.weekday() if earliest.weekday() >= SATURDAY else 0)
        case Repeat.WEEKLY:
            return earliest + timedelta(days=-(earliest - first).days % 7)
        case Repeat.MONTHLY:
            return _by_months(first, earliest, step=1)
        case Repeat.YEARLY:
            return _by_months(first, earliest, step=12)
    raise ValueError(repeat)


def _by_months(first: date, earliest: date, *, step: int) -> date:
    passed = (earliest.year - first.year) * 12 + earliest.month - first.month
    found = add_months(first, passed - passed % step)
    return found if found >= earliest else add_months(first, passed - passed % step + step)
