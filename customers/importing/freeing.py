"""Parked rows whose reference has arrived: applied in transactions of their own, with the locks of their own kind.

The chunk that brought the reference marked them as due; no chunk can have parked a row beside it, for who looks a
reference up shares the lock of what it may be. So a killed process leaves marks, which the next import or the sweeper
finds.
"""

from math import inf
from time import monotonic

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import ForeignKeyViolation

from crm.common import locks
from crm.common.pacing import Pace
from crm.common.retrying import PATIENT_TRIES, may_pass, retried
from customers.importing import frame, sql
from customers.importing.naming import as_import
from customers.importing.registry import get_spec
from customers.models import ImportBatch, SourceSystem

log = structlog.get_logger(__name__)

FIRST_ROWS, MOST_ROWS, STEP_S = 500, 20_000, 0.5
Due = tuple[str, int, list[int], int | None]


def free_due(*, for_s: float = inf) -> None:
    """Apply the due rows, and those that wait for them in turn, for about so long. Raises `locks.Busy`; what is left
    stays due.
    """
    pace = Pace(FIRST_ROWS, seconds=min(STEP_S, for_s), least=1, most=MOST_ROWS)
    until, wait_s = monotonic() + for_s, min(for_s, locks.JOB_PATIENCE_S)
    while (began := monotonic()) < until and (due := _next(most=pace.amount)):
        held_s = _free(due, wait_s)
        pace.took(monotonic() - began, held_s=held_s)


def _next(*, most: int) -> Due | None:
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_DUE, {"most": most})
        found: Due | None = cursor.fetchone()
        return found


def _free(due: Due, wait_s: float) -> float:
    """Apply them; → for how many seconds rows of customers were held. Where the database refuses, in halves, so that
    one bad row holds up no other. A lost connection says nothing of the rows: they stay due for the sweeper.
    """
    kind, system_id, ids, batch_id = due
    try:
        return retried(_apply, passing=_may_pass, tries=PATIENT_TRIES)(due, wait_s)
    except OperationalError as error:
        raise locks.Busy(_("The rows that waited are in use; they are applied in a few minutes.")) from error
    except (DatabaseError, ValueError) as error:
        if len(ids) == 1:
            _leave(due, error)
            return 0
        middle = len(ids) // 2
        return max(_free((kind, system_id, half, batch_id), wait_s) for half in (ids[:middle], ids[middle:]))


def _may_pass(error: DatabaseError) -> bool:
    """A customer that they name may have been merged meanwhile."""
    return isinstance(error.__cause__, ForeignKeyViolation) or may_pass(error)


def _apply(due: Due, wait_s: float) -> float:
    kind, system_id, ids, batch_id = due
    spec = get_spec(kind)
    batch = ImportBatch.objects.filter(pk=batch_id or 0).first()
    with as_import(batch), transaction.atomic(), connection.cursor() as cursor:
        frame.take_parked(cursor, spec, system=SourceSystem.objects.get(pk=system_id), ids=ids, wait_s=wait_s)
        frame.apply_set(cursor, spec, batch_id=batch_id)
        closing = monotonic()
        locked = frame.close(cursor, spec)
    return monotonic() - closing if locked else 0


def _leave(due: Due, error: Exception) -> None:
    kind, _system_id, ids, batch_id = due
    log.error("a parked row cannot be applied", kind=kind, row=ids[0], batch=batch_id, error=str(error))
    with connection.cursor() as cursor:
        cursor.execute(sql.NOT_DUE, {"ids": ids})
