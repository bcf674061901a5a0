"""The job that cuts the days anew, and how an administrator's change of zone comes to it."""

import structlog
from celery import shared_task

from crm.common import jobs
from customers import time_zone

log = structlog.get_logger(__name__)


@shared_task
def resume_zone_change(**_: object) -> None:
    """Go on with a change of zone that was begun here, or whose process died: the company's row says so."""
    try:
        moved = time_zone.resume_zone_change()
    except time_zone.ZoneChangeUnderWay:
        return
    if moved:
        log.info("days cut anew", rows=moved)


def queue_zone_change(zone: str) -> None:
    """Begin it, and hand the days to a worker. Raises as `begin_zone_change`."""
    time_zone.begin_zone_change(zone=zone)
    jobs.wake(resume_zone_change)
