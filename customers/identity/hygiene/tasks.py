"""Jobs of the hygiene: each may run twice."""

import structlog
from celery import shared_task

from crm.common import jobs, locks
from customers.identity.hygiene import following, recounting

log = structlog.get_logger(__name__)


@shared_task
def refresh_hygiene(**_: object) -> None:
    """After facts changed, and the sweeper: the kept hygiene follows its customers, and the day is kept."""
    try:
        following.refresh_hygiene(wait=False)
    except locks.Busy as error:
        log.info("the hygiene has to wait", reason=str(error))


@shared_task
def recount_hygiene(**_: object) -> None:
    """Nightly: the counts are held against the rows they count; the job above goes on with it."""
    recounting.ask_recount()
    refresh_hygiene()


def wake_hygiene() -> None:
    jobs.wake(refresh_hygiene)
