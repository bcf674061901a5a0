"""Jobs of who is who."""

import structlog
from celery import shared_task
from django.utils import timezone

from crm.common import jobs, locks
from customers.identity import telling_followers, trust
from customers.identity.merging import crowded

log = structlog.get_logger(__name__)


@shared_task
def settle_trust(**_: object) -> None:
    """After a rank of trust was changed, and the sweeper: go on where a run died."""
    trust.settle_changes()


@shared_task
def take_apart(**_: object) -> None:
    """After imports, and the sweeper: records of keys that too many share come apart; go on where a run died."""
    try:
        taken = crowded.take_apart(now=timezone.now())
    except locks.Busy as error:
        log.info("records of shared keys have to wait", reason=str(error))
    else:
        if taken:
            log.info("records of shared keys taken apart", records=taken)


def wake_taking_apart() -> None:
    if crowded.anyone_waits():
        jobs.wake(take_apart)


@shared_task
def tell_followers(**_: object) -> None:
    """Every few minutes: what is new with the customers that somebody follows."""
    told = telling_followers.tell_followers(now=timezone.now())
    if told:
        log.info("followers told", notices=told)
