import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
import time_machine
from django.conf import settings
from django_celery_beat.models import PeriodicTask

from crm.beat import Scheduler
from crm.celery import app
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_november")]
QUEUE = f"{settings.REDIS_PREFIX}jobs:{settings.CELERY_TASK_DEFAULT_QUEUE}"
SWEEPERS = {
    str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values() if isinstance(entry["schedule"], float)
}


@pytest.fixture
def broker() -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(settings.REDIS_URL) as found:
        found.delete(QUEUE)
        yield found
        found.delete(QUEUE)


def make_scheduler() -> Scheduler:
    """As beat starts it: its schedule is in the database afterwards."""
    made = Scheduler(app=app)
    assert made.schedule
    made._finalize.cancel()  # else it writes at the end of the process, when the database is gone
    return made


def tick_until_nothing_is_due(scheduler: Scheduler) -> None:
    for _ in range(100):
        if scheduler.tick() > 0:
            return
    pytest.fail("it never comes to rest")


def sent(broker: "redis.Redis") -> set[str]:
    return {json.loads(message)["headers"]["task"] for message in broker.lrange(QUEUE, 0, -1)}


def test_runs_stamped_while_the_clock_was_ahead_hold_nothing_up(broker: "redis.Redis") -> None:
    make_scheduler()
    PeriodicTask.objects.update(last_run_at=NOON + timedelta(days=1))
    scheduler = make_scheduler()
    tick_until_nothing_is_due(scheduler)
    assert sent(broker) == set()
    with time_machine.travel(NOON + timedelta(minutes=16)):
        tick_until_nothing_is_due(scheduler)
    assert sent(broker) >= SWEEPERS


def test_a_clock_set_back_while_it_runs_holds_nothing_up(broker: "redis.Redis") -> None:
    with time_machine.travel(NOON + timedelta(days=1)):
        scheduler = make_scheduler()
        tick_until_nothing_is_due(scheduler)
    broker.delete(QUEUE)
    tick_until_nothing_is_due(scheduler)
    with time_machine.travel(NOON + timedelta(minutes=16)):
        tick_until_nothing_is_due(scheduler)
    assert sent(broker) >= SWEEPERS
