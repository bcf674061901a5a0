"""Jobs of who is who."""

from celery import shared_task

from customers.identity import trust


@shared_task
def settle_trust(**_: object) -> None:
    """After a rank of trust was changed, and the sweeper: go on where a run died."""
    trust.settle_changes()
