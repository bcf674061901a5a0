"""Jobs of the log."""

import structlog
from celery import shared_task

from customers.interactions import wording

log = structlog.get_logger(__name__)


@shared_task
def recount_contacts(**_: object) -> None:
    """After an outcome was changed to count, or not to count, as a contact."""
    changed = wording.recount()
    if changed:
        log.info("contacts counted anew", rows=changed)
