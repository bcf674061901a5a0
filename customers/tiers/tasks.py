"""Jobs of the tiers."""

import structlog
from celery import shared_task

from crm.common import locks
from customers.tiers import following, tiering

log = structlog.get_logger(__name__)


@shared_task
def retier_everyone(**_: object) -> None:
    """Nightly: decide the tiers of today."""
    try:
        done = tiering.retier(only_changed=True)
    except tiering.NoPolicy:
        log.warning("no tier policy is published: nobody was put into a tier")
    except locks.Busy as error:
        log.warning("tiers were not decided", reason=str(error))
    else:
        log.info("tiers decided", up=done.upgraded, down=done.downgraded, kept=done.held)


@shared_task
def follow_tiers(**_: object) -> None:
    """The sweeper: let facts follow their customers' tiers where a run died or someone was writing facts beside it."""
    try:
        following.follow(wait=False)
    except locks.Busy as error:
        log.info("facts have to wait for their tiers", reason=str(error))
