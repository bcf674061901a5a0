"""Phase two of an import: its staged rows, chunk by chunk, each a transaction of about a second.

`buckets_done` says how far it is and moves with the facts and the counters: killed between any two statements, the next
run goes on where the last commit was, with chunks of whatever size.
"""

from time import monotonic

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common.pacing import Pace
from crm.common.retrying import PATIENT_TRIES, may_pass, retried
from customers.importing import frame, freeing, pending_entries
from customers.importing.registry import Counts, get_spec
from customers.importing.sql import BUCKETS
from customers.models import ImportBatch

FIRST_ROWS, LEAST_ROWS, MOST_ROWS, CHUNK_S = 500, 50, 50_000, 1.0
MERGED_ROWS = 4_000  # their entries fill half a list; the pages of it add up to two milliseconds to a search
COUNTERS = ("created", "updated", "unchanged", "parked", "rejected")


def apply_rest(batch: ImportBatch) -> None:
    """Apply what is left, and what waits for it. Raises `locks.Busy`; what was applied stays so."""
    pace = Pace(FIRST_ROWS, seconds=CHUNK_S, least=LEAST_ROWS, most=MOST_ROWS)
    apply_next = retried(_apply_next, passing=_may_pass, tries=PATIENT_TRIES)
    lines, unmerged = get_spec(batch.kind).lines, 0.0
    while batch.buckets_done < BUCKETS:
        unmerged += pace.amount / lines
        apply_next(batch, pace)
        freeing.free_due()
        if unmerged >= MERGED_ROWS:
            pending_entries.merge_all()
            unmerged = 0.0
    freeing.free_due()  # a process may have died after the last chunk
    pending_entries.merge_all()


def _may_pass(error: DatabaseError) -> bool:
    """A customer typed in meanwhile may have taken a link key the chunk was about to give, or one that it names was
    merged: then the chunk sees it.
    """
    return isinstance(error, IntegrityError) or may_pass(error)


def _apply_next(batch: ImportBatch, pace: Pace) -> None:
    last = _end_of_next(batch, rows=pace.amount)
    with transaction.atomic(), connection.cursor() as cursor:
        frame.take_chunk(cursor, batch, first=batch.buckets_done, last=last)
        began = monotonic()
        if batch.dry_run:
            counts, closing, locked = _rehearsed(cursor, batch)
        else:
            counts, closing, locked = _applied(cursor, batch)
        _note(batch, counts, last=last)
    ended = monotonic()
    pace.took(ended - began, held_s=ended - closing if locked else 0)
    batch.refresh_from_db()


def _applied(cursor: CursorWrapper, batch: ImportBatch) -> tuple[Counts, float, int]:
    """→ counts, when it began to lock rows of customers, how many it locked."""
    counts = frame.apply_rows(cursor, batch)
    closing = monotonic()
    return counts, closing, frame.close(cursor, get_spec(batch.kind))


def _rehearsed(cursor: CursorWrapper, batch: ImportBatch) -> tuple[Counts, float, int]:
    """Apply the chunk and take it back, so that a dry run too holds nothing for longer than a chunk."""
    with transaction.atomic():
        found = _applied(cursor, batch)
        transaction.set_rollback(True)
    return found


def _note(batch: ImportBatch, counts: Counts, *, last: int) -> None:
    noted = ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    for name in COUNTERS:
        setattr(noted, name, getattr(noted, name) + getattr(counts, name))
    noted.buckets_done = last
    noted.save(update_fields=["buckets_done", *COUNTERS])


def _end_of_next(batch: ImportBatch, *, rows: int) -> int:
    """Where the chunk of about so many rows ends; rows are spread evenly over the buckets."""
    if batch.staged <= rows:
        return BUCKETS
    return min(BUCKETS, batch.buckets_done + max(1, rows * BUCKETS // batch.staged))
