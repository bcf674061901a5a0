"""Jobs of the engine. Each may run twice or in parallel, and be killed at any point: the marks are the queue."""

import structlog
from celery import shared_task

from crm.common import locks
from metrics.engine import checking, months, recomputing

log = structlog.get_logger(__name__)


@shared_task
def recompute(**_: object) -> None:
    recomputing.recompute()
    try:
        months.keep_all()
    except locks.Busy as error:
        log.info("rollups of months have to wait", reason=str(error))


@shared_task
def check_rollups(**_: object) -> None:
    checking.check()
    checking.forget_old_runs()
