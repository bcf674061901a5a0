"""Jobs of trade."""

import structlog
from celery import shared_task

from crm.common import jobs, locks
from customers.trade import figures

log = structlog.get_logger(__name__)


@shared_task
def refresh_figures(**_: object) -> None:
    """After facts changed, and the sweeper: figures that lists sort by follow trade and, on a new day, the clock."""
    try:
        figures.refresh_figures(wait=False)
    except locks.Busy as error:
        log.info("figures have to wait", reason=str(error))


def wake_figures() -> None:
    jobs.wake(refresh_figures)
