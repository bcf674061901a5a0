"""Work through a large table in ranges of ids, a tenth of a second each, so that nobody waits for it."""

from collections.abc import Callable
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.common.pacing import Pace

FIRST_CHUNK: Final = 1_000  # ids
SMALLEST_CHUNK, LARGEST_CHUNK = 100, 50_000
CHUNK_S: Final = 0.1


def by_id_ranges(table: str, work: Callable[[CursorWrapper, int, int], int]) -> int:
    """Call `work(cursor, first, after)` for the ids from `first` up to but not including `after`, range by range.

    Each range is a transaction of its own and as large as the last one's time allows. Returns the sum of what `work`
    returns. `table` is a model's. Killed, what was done stays done: `work` finds its rows by what they still are.
    """
    first, last = _ids(table)
    done, pace = 0, Pace(FIRST_CHUNK, seconds=CHUNK_S, least=SMALLEST_CHUNK, most=LARGEST_CHUNK)
    while first <= last:
        after = first + pace.amount
        with pace.timed(), transaction.atomic(), connection.cursor() as cursor:
            done += work(cursor, first, after)
        first = after
    return done


def _ids(table: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM {connection.ops.quote_name(table)}")  # noqa: S608
        lowest, highest = cursor.fetchone()
        return int(lowest), int(highest)
