"""Jobs of the log."""

import structlog
from celery import shared_task
from django.utils import timezone

from crm.common import locks
from customers.interactions import attaching, following, wording

log = structlog.get_logger(__name__)


@shared_task
def recount_contacts(**_: object) -> None:
    """After an outcome was changed to count, or not to count, as a contact."""
    changed = wording.recount()
    if changed:
        log.info("contacts counted anew", rows=changed)


@shared_task
def follow_points(**_: object) -> None:
    """After contact points changed, and the sweeper: match anew what somebody wrote beside it."""
    try:
        following.follow()
    except locks.Busy as error:
        log.info("what is known by a number has to wait", reason=str(error))


@shared_task
def delete_files(**_: object) -> None:
    """Nightly: delete the files of rows that were deleted thirty days ago, and what an upload left behind."""
    log.info("files of deleted attachments deleted", files=attaching.delete_files(now=timezone.now()))
