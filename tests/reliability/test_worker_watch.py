"""A worker that lives and takes no more jobs does not stay so."""

from collections.abc import Callable
from contextlib import closing

import pytest
from celery import Celery
from django.conf import settings

from tests.live import REDIS_PREFIX, LiveStack

pytestmark = [pytest.mark.timeout(300)]


def test_a_worker_that_is_deaf_ends_and_the_next_one_takes_what_waits(
    live_stack: LiveStack, wait_for: Callable[..., None]
) -> None:
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"{REDIS_PREFIX}jobs:"}
    product = Celery(broker=live_stack.redis_url, set_as_current=False)
    product.conf.update(broker_transport_options=options, task_default_queue=settings.CELERY_TASK_DEFAULT_QUEUE)
    with closing(product.connection_for_write()) as broker:
        jobs = broker.default_channel.client

        def waiting() -> int:
            return int(jobs.llen(settings.CELERY_TASK_DEFAULT_QUEUE))

        wait_for(lambda: waiting() == 0, seconds=60)  # what earlier tests left
        replies = product.control.cancel_consumer(settings.CELERY_TASK_DEFAULT_QUEUE, reply=True, timeout=30, limit=1)
        assert [list(reply.values()) for reply in replies] == [[{"ok": "no longer consuming from default"}]]
        # What it asked for before it was told, it still gets.
        wait_for(lambda: not any("b" in client["flags"] for client in jobs.client_list()))
        for _job in range(3):
            product.send_task("crm.common.outbox.tasks.send_due")
        assert waiting() == 3
        worker = live_stack.worker
        assert worker is not None
        wait_for(lambda: worker.poll() is not None, seconds=60)
        assert "takes no more jobs" in live_stack.log("worker", whole=True)
        assert waiting() == 3
        live_stack.start_worker()
        wait_for(lambda: waiting() == 0, seconds=60)
