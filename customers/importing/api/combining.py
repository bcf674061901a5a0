"""Requests that come together are written together: one transaction for all that wait for the same locks.

A write of one item costs about what one of twenty does, and chunks of a kind and source take turns. So while one
request of a token and kind is being written, those that come meanwhile gather, and the first of them then writes all.
Who waits holds no session of the database. Of different tokens nothing is put together: each is named in the audit.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Semaphore
from typing import Final, Generic, TypeVar

from django.db import connection
from django.utils.translation import gettext as _

from crm.common import locks

WAIT_S: Final = 20.0
MOST_AT_ONCE: Final = 4
"""Writers of a process, each with a session of the database; pages need some, too."""
T = TypeVar("T")
R = TypeVar("R")


@dataclass
class _Job(Generic[T, R]):
    items: Sequence[T]
    woken: Event = field(default_factory=Event)
    results: Sequence[R] | None = None
    error: BaseException | None = None
    leads: bool = False
    taken: bool = False
    left: bool = False


class Combiner(Generic[T, R]):
    """`most`: items that are put together."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._waiting: dict[Hashable, deque[_Job[T, R]]] = {}
        self._writers = Semaphore(MOST_AT_ONCE)

    def run(self, key: Hashable, items: Sequence[T], write: Callable[[Sequence[T]], Sequence[R]]) -> Sequence[R]:
        """`write` of the items, maybe together with others of the key: gives one result for each item, in their order.

        Raises what `write` raises, or `locks.Busy`. Those who are written together all get the error of the whole.
        """
        job = _Job[T, R](items)
        with self._lock:
            line = self._waiting.get(key)
            if line is None:
                self._waiting[key] = deque()
                job.leads = True
            else:
                line.append(job)
        if not job.leads:
            self._wait(job)
        if job.leads:
            self._lead(key, job, write)
        if job.error is not None:
            raise job.error
        assert job.results is not None
        return job.results

    def _wait(self, job: _Job[T, R]) -> None:
        if not connection.in_atomic_block:
            connection.close()
        if job.woken.wait(WAIT_S):
            return
        with self._lock:
            job.left = not (job.taken or job.leads)
        if job.left:
            raise locks.Busy(_("Too many requests are waiting. Try again."))
        job.woken.wait()

    def _lead(self, key: Hashable, job: _Job[T, R], write: Callable[[Sequence[T]], Sequence[R]]) -> None:
        jobs = [job]
        try:
            with self._writing():
                jobs += self._gathered(key, len(job.items))
                self._write(jobs, write)
        except BaseException as error:  # noqa: BLE001 - everybody's who waits for it
            for each in jobs:
                each.error = error
        finally:
            for each in jobs[1:]:
                each.woken.set()
            self._hand_on(key)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if not self._writers.acquire(timeout=WAIT_S):
            raise locks.Busy(_("Too many requests are waiting. Try again."))
        try:
            yield
        finally:
            self._writers.release()

    def _write(self, jobs: Sequence[_Job[T, R]], write: Callable[[Sequence[T]], Sequence[R]]) -> None:
        results = write([item for each in jobs for item in each.items])
        at = 0
        for each in jobs:
            each.results = results[at : at + len(each.items)]
            at += len(each.items)

    def _gathered(self, key: Hashable, taken: int) -> list[_Job[T, R]]:
        found = []
        with self._lock:
            line = self._waiting[key]
            while line and taken + len(line[0].items) <= self._most:
                each = line.popleft()
                each.taken = not each.left
                if each.taken:
                    taken += len(each.items)
                    found.append(each)
        return found

    def _hand_on(self, key: Hashable) -> None:
        """The next in line leads."""
        with self._lock:
            line = self._waiting[key]
            while line:
                each = line.popleft()
                if not each.left:
                    each.leads = True
                    each.woken.set()
                    return
            del self._waiting[key]
