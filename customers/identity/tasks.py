"""Jobs of who is who."""

import structlog
from celery import shared_task
from django.utils import timezone

from customers.identity import telling_followers, trust

log = structlog.get_logger(__name__)


@shared_task
def settle_trust(**_: object) -> None:
    """After a rank of trust was changed, and the sweeper: go on where a run died."""
    trust.settle_changes()


@shared_task
def tell_followers(**_: object) -> None:
    """Every few minutes: what is new with the customers that somebody follows."""
    told = telling_followers.tell_followers(now=timezone.now())
    if told:
        log.info("followers told", notices=told)
