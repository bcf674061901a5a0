"""Jobs of tasks. They may run twice and beside each other."""

import structlog
from celery import shared_task
from django.utils import timezone

from customers.interactions.to_do import digest, reminding

log = structlog.get_logger(__name__)


@shared_task
def remind_of_tasks(**_: object) -> None:
    """Every minute: what became due."""
    reminded = reminding.remind(now=timezone.now())
    if reminded:
        log.info("reminded of tasks", tasks=reminded)


@shared_task
def send_digests(**_: object) -> None:
    """Every few minutes; in the morning there is something to do."""
    sent = digest.send_digests(now=timezone.now())
    if sent:
        log.info("mails of the morning written", mails=sent)
