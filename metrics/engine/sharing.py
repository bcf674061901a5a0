"""Share statements out over a few connections: PostgreSQL runs each of them on one core."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

from django.conf import settings
from django.db import connection

Job = TypeVar("Job")


def share_out(jobs: Sequence[Job], *, work: Callable[[Job], None]) -> None:
    """Run the jobs on a few connections at once; one after the other inside a transaction, which threads cannot see."""
    workers = min(settings.KPI_RECOMPUTE_WORKERS, len(jobs))
    if workers <= 1 or connection.in_atomic_block:
        for job in jobs:
            work(job)
        return
    waiting = SimpleQueue[Job]()
    for job in jobs:
        waiting.put(job)

    def worker() -> None:
        try:
            for job in drain(waiting):
                work(job)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(worker) for _ in range(workers)]:
            done.result()


def drain(waiting: SimpleQueue[Job]) -> Iterable[Job]:
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return
