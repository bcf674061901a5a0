from celery import shared_task
from django.utils import timezone

from crm.common.limits import counting


@shared_task
def prune_counts(**_: object) -> None:
    counting.prune(now=timezone.now())
