"""A worker that takes no more jobs ends itself, and whoever keeps it running starts a new one.

At times Celery's consumer does not come back after Redis was away for a moment while a job was in hand. The process
lives, its children wait, and the queue grows: nobody would notice but by what is not done.
"""

import os
import signal
import threading
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Hearing:
    """`is_deaf` once jobs have waited for `patience_s` while a child was free and none was taken."""

    patience_s: float
    _taken: int = 0
    _since: float | None = None

    def is_deaf(self, *, waiting: int, taken: int, free: int, now: float) -> bool:
        if not waiting or free <= 0 or taken != self._taken:
            self._taken, self._since = taken, None
            return False
        if self._since is None:
            self._since = now
        return now - self._since >= self.patience_s


class Watch(bootsteps.StartStopStep):
    """Looks from a thread of its own, as the loop that takes jobs may be what hangs."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.ended = threading.Event()

    def start(self, parent: Any) -> None:
        threading.Thread(target=self._look, args=[parent], name="watch", daemon=True).start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002 - Celery calls it so
        self.ended.set()

    terminate = stop

    def _look(self, worker: Any) -> None:
        patience_s = settings.CRM_WORKER_PATIENCE_S
        hearing = Hearing(patience_s)
        while not self.ended.wait(patience_s / 6):
            waiting = waiting_jobs(worker.app)
            taken, free = sum(state.total_count.values()), worker.concurrency - len(state.active_requests)
            if hearing.is_deaf(waiting=waiting, taken=taken, free=free, now=monotonic()):
                log.error("takes no more jobs, ends to be started again", waiting=waiting)
                os.kill(os.getpid(), signal.SIGQUIT)
                return


def waiting_jobs(app: Any) -> int:
    """In the queue; none while Redis is away."""
    try:
        with app.connection_for_read() as connection:
            return int(connection.default_channel.client.llen(app.conf.task_default_queue))
    except (OperationalError, RedisError, OSError):
        return 0
