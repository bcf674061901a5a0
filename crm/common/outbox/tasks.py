"""Celery tasks of the outbox. Both may run twice and beside each other: a mail is claimed before it is sent."""

from celery import shared_task
from django.utils import timezone

from crm.common.outbox import delivering

TIME_LIMIT_S = int(delivering.LEASE.total_seconds()) - 30


@shared_task(soft_time_limit=TIME_LIMIT_S)
def send(*, mail_id: int, **_: object) -> None:
    delivering.deliver(mail_id=mail_id)


@shared_task
def send_due(**_: object) -> None:
    """The sweeper."""
    delivering.deliver_due()


@shared_task
def forget_texts(**_: object) -> None:
    delivering.forget_texts(now=timezone.now())
