"""What changes by time alone: an issue counts once its repeat window has passed, an invoice is late once it is overdue.

The moment at which this is judged is stored; the recompute's statements read it, so every cell is judged at the same
moment. Moving it, forwards or backwards, marks the cells whose judgement changes, in the same transaction.
"""

from datetime import datetime

from django.db import connection, transaction

from crm.common import locks
from metrics.engine import sql
from metrics.engine.base import FactSource
from metrics.engine.sources import INVOICES, ISSUES
from metrics.models import Clock

MARKING = {ISSUES.clock: sql.MARK_MATURED_ISSUES, INVOICES.clock: sql.MARK_OVERDUE_INVOICES}


def set_to(moment: datetime) -> None:
    """Judge issues and invoices at `moment` from now on."""
    for source in (ISSUES, INVOICES):
        set_clock(source, moment=moment)


def set_clock(source: FactSource, *, moment: datetime) -> None:
    """Under the lock of the source, so that no recompute judges some cells at one moment and some at another."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.kpi(source.source)], wait_s=locks.JOB_PATIENCE_S)
        before = Clock.objects.filter(key=source.clock).values_list("done_until", flat=True).first()
        if before is not None:
            earlier, later = sorted((before, moment))
            hours = source.rules.get("repeat_window_hours", 0)
            cursor.execute(MARKING[source.clock], {"earlier": earlier, "later": later, "repeat_hours": hours})
        Clock.objects.update_or_create(key=source.clock, defaults={"done_until": moment})
