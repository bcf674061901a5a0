"""Beat as a process: it is made before Django is ready, the scheduler in it afterwards."""

import signal
from types import FrameType
from typing import Any

from celery.apps import beat
from celery.beat import Service


class Beat(beat.Beat):
    """Celery's, which ends when it is told to.

    Celery's own writes the schedule in the handler of the signal: in the midst of a query that fails, and is taken for
    a fault of the query, so that it goes on for ever. This one lets what it is at come to its end, but for its sleep.
    """

    def install_sync_handler(self, service: Any) -> None:
        def end(_number: int, frame: FrameType | None) -> None:
            service._is_shutdown.set()  # noqa: SLF001 - what `stop` does, without a line in the log
            if "scheduler" in vars(service):
                service.scheduler.is_ending = True
            if frame is not None and frame.f_code is Service.start.__code__:
                raise SystemExit  # it sleeps, and writes the schedule on its way out

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
