"""Jobs of the tiers."""

import structlog
from celery import shared_task

from customers.tiers import tiering

log = structlog.get_logger(__name__)


@shared_task
def retier_everyone(**_: object) -> None:
    """Nightly: decide the tiers of today."""
    try:
        done = tiering.retier()
    except tiering.NoPolicy:
        log.warning("no tier policy is published: nobody was put into a tier")
    else:
        log.info("tiers decided", up=done.upgraded, down=done.downgraded, kept=done.held)
