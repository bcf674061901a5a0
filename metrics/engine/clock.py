"""What changes by time alone: an issue counts once its repeat window has passed, an invoice is late once it is overdue.

The moment at which this is judged is stored; the recompute's statements read it, so every cell is judged at the same
moment. Moving it, forwards or backwards, marks the cells whose judgement changes, in the same transaction.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from crm.common.days import day_of
from metrics.engine import keeping, sql
from metrics.engine.definitions import Definition
from metrics.engine.sources import FactSource
from metrics.models import Clock


def set_to(moment: datetime, *, definitions: Iterable[Definition]) -> None:
    """Judge at `moment` from now on what changes by time alone."""
    for definition in definitions:
        if definition.source.clock:
            set_clock(definition, moment=moment)


def judged_at(sources: Iterable[FactSource]) -> datetime | None:
    """When figures of these sources are judged; None where time alone changes nothing. The earliest."""
    keys = [source.key for source in sources if source.clock]
    moments = Clock.objects.filter(key__in=keys).values_list("done_until", flat=True) if keys else []
    return min(moments, default=None)


def judged_on(sources: Iterable[FactSource]) -> date | None:
    """The same as a day of the company."""
    moment = judged_at(sources)
    return day_of(moment) if moment else None


def set_clock(definition: Definition, *, moment: datetime) -> None:
    """Under the lock of the source, so that no recompute judges some cells at one moment and some at another.

    Where a newer release keeps the figures it is theirs to move: only they can mark what moving it changes.
    """
    key = definition.source.key
    with transaction.atomic(), connection.cursor() as cursor:
        keeping.lock(cursor, definition)
        if keeping.is_kept_by_newer_release(definition.source):
            return
        before = Clock.objects.filter(key=key).values_list("done_until", flat=True).first()
        if before is not None:
            earlier, later = sorted((before, moment))
            for each in keeping.reached(definition.source):
                cursor.execute(sql.mark_judged_otherwise(each), {"earlier": earlier, "later": later})
        Clock.objects.update_or_create(key=key, defaults={"done_until": moment})
