"""The scheduler of the sweepers, on a clock that may have been wrong."""

from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # it has no types
    """Celery's, with the schedule in the database. Runs stamped while the clock was ahead count as run just now: else
    nothing would be due until the clock has been there again.

    `is_ending`: there is no next look at the schedule to sleep until.
    """

    is_ending = False

    def tick(self, *arguments: Any, **options: Any) -> float:
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at > entry._default_now()]  # noqa: SLF001
        for entry in ahead:
            entry.last_run_at = entry.model.last_run_at = entry._default_now()  # noqa: SLF001
            self._dirty.add(entry.name)  # so that it is written before the schedule is read again
        if ahead:
            self._heap = None  # ordered by those times
        seconds: float = super().tick(*arguments, **options)
        return 0.0 if self.is_ending else seconds
