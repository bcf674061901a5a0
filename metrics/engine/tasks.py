"""Jobs of the engine. Each may run twice or in parallel, and be killed at any point: the marks are the queue."""

from celery import shared_task

from metrics.engine import checking, months, recomputing


@shared_task
def recompute(**_: object) -> None:
    recomputing.recompute()
    months.keep_unless_busy()


@shared_task
def check_rollups(**_: object) -> None:
    checking.check()
    checking.forget_old_runs()
