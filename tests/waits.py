"""How long a session waits for locks of others, less what a busy machine makes of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from django.db import connection
from psutil import cpu_count, cpu_times

from tests.database import another_connection

WAITS = """
    SELECT extract(epoch FROM clock_timestamp() - waitstart)::float8, pg_blocking_pids(pid)
    FROM pg_locks WHERE NOT granted AND pid = %s AND waitstart IS NOT NULL
"""
LOOK_S = 0.005


class Waits(Thread):
    """The longest wait for a lock of one session, looked for every few milliseconds.

    `longest`: what they held it for who had it. While they were ready to go on and all processors were with others, as
    those of tests that run beside are, nobody waited for them; that time is taken off. `by_the_clock`: nothing is.
    """

    def __init__(self, pid: int) -> None:
        super().__init__()
        self.pid, self.stop, self.longest, self.by_the_clock = pid, Event(), 0.0, 0.0
        self.holders: set[Path] = set()

    def held_by(self, thread: Thread) -> None:
        """It works in this process, through a session of its own."""
        self.holders.add(Path(f"/proc/self/task/{thread.native_id}/schedstat"))

    def run(self) -> None:
        with another_connection() as watching:
            watching.autocommit = True
            late_before, blocking = 0.0, None
            while not self.stop.wait(LOOK_S):
                found = watching.execute(WAITS, [self.pid]).fetchone()
                if found is None:
                    blocking = None
                    continue
                seconds, pids = float(found[0]), set(found[1])  # type: ignore[arg-type, call-overload]
                holders = self.holders | {Path(f"/proc/{pid}/schedstat") for pid in pids}
                if pids != blocking:
                    late_before, blocking = late_s(holders), pids
                self.longest = max(self.longest, seconds - (late_s(holders) - late_before))
                self.by_the_clock = max(self.by_the_clock, seconds)


def late_s(holders: Iterable[Path]) -> float:
    """Seconds that they have been ready to work without a processor, since each began; 0 where nobody counts them.

    With those that the machine beneath has given to others, of all processors on average.
    """
    late = 0.0
    for path in holders:
        with suppress(OSError, IndexError):
            late += int(path.read_text().split()[1]) / 1e9
    return late + cpu_times().steal / cpu_count()


@contextmanager
def watched() -> Iterator[Waits]:
    """This session's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        waits = Waits(cursor.fetchone()[0])
    waits.start()
    try:
        yield waits
    finally:
        waits.stop.set()
        waits.join()
