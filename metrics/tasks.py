"""Background jobs. Each may run twice or in parallel, and be killed at any point: the marks are the queue."""

from celery import shared_task

from crm.common.days import today
from metrics.engine import checking, recomputing
from metrics.verdicts import evaluating


@shared_task
def recompute(**_: object) -> None:
    recomputing.recompute()


@shared_task
def check_rollups(**_: object) -> None:
    checking.check_sample()
    checking.forget_old_runs()


@shared_task
def evaluate(**_: object) -> None:
    evaluating.evaluate_when_due(as_of=today())
