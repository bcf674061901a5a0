"""Work through a large table in ranges of ids, a tenth of a second each, so that nobody waits for it."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

FIRST_CHUNK: Final = 1_000  # ids
SMALLEST_CHUNK, LARGEST_CHUNK = 100, 50_000
CHUNK_S: Final = 0.1


def by_id_ranges(table: str, work: Callable[[CursorWrapper, int, int], int]) -> int:
    """Call `work(cursor, first, after)` for the ids from `first` up to but not including `after`, range by range.

    Each range is a transaction of its own and as large as the last one's time allows. Returns the sum of what `work`
    returns. `table` is a model's. Killed, what was done stays done: `work` finds its rows by what they still are.
    """
    first, last = _ids(table)
    done, step = 0, FIRST_CHUNK
    while first <= last:
        began = monotonic()
        with transaction.atomic(), connection.cursor() as cursor:
            done += work(cursor, first, first + step)
        first += step
        step = next_step(step, seconds=monotonic() - began)
    return done


def next_step(step: int, *, seconds: float) -> int:
    """At most twice the last one, aiming at CHUNK_S."""
    return max(SMALLEST_CHUNK, min(LARGEST_CHUNK, 2 * step, int(step * CHUNK_S / max(seconds, 0.001))))


def _ids(table: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM {connection.ops.quote_name(table)}")  # noqa: S608
        lowest, highest = cursor.fetchone()
        return int(lowest), int(highest)
