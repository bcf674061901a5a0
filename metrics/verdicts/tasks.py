"""Jobs of the verdicts."""

from celery import shared_task

from crm.common.days import today
from metrics.verdicts import evaluating


@shared_task
def evaluate(**_: object) -> None:
    evaluating.evaluate_when_due(as_of=today())
