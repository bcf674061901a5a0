"""Jobs of the feeds: each takes ids, calls one verb, and may run twice."""

from celery import shared_task
from django.utils import timezone

from crm.common import jobs
from customers.importing.feeds import reading
from customers.models import Feed


@shared_task(expires=300)  # the sweeper asks again
def read_feed(*, feed_id: int, **_: object) -> None:
    """What came of it stands on the feed's page."""
    if reading.read_feed(feed_id=feed_id):
        jobs.wake(read_feed, feed_id=feed_id)


@shared_task
def read_due(**_: object) -> None:
    """The sweeper: every minute, the feeds whose time has come, and those a dead worker left in the middle."""
    for feed_id in Feed.objects.due(timezone.now()).order_by("next_at", "pk").values_list("pk", flat=True):
        jobs.wake(read_feed, feed_id=feed_id)
