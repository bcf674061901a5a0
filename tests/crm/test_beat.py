import json
import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import pytest
import redis
import time_machine
from celery.beat import Service
from django.conf import settings
from django.db import connection
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

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


@pytest.fixture
def as_it_was() -> Iterator[None]:
    """What signals do in this process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def service(as_it_was: None) -> Service:
    """One that a signal would end."""
    made = Service(app=app)
    app.Beat().install_sync_handler(made)
    return made


def killed(number: signal.Signals, *, after: float) -> None:
    threading.Timer(after, os.kill, [os.getpid(), number]).start()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_its_sleep_and_what_it_did_is_written(
    number: signal.Signals, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.scheduler = scheduler = make_scheduler()

    def tick(_scheduler: Scheduler) -> float:
        entry = scheduler.schedule["send-mail"]
        entry.last_run_at = entry.model.last_run_at = NOON
        scheduler._dirty.add(entry.name)
        killed(number, after=0.2)
        return 20.0

    monkeypatch.setattr(DatabaseScheduler, "tick", tick)
    began = monotonic()
    service.start()
    assert monotonic() - began < 10
    assert service._is_stopped.is_set()
    assert PeriodicTask.objects.get(name="send-mail").last_run_at == NOON


def test_a_query_comes_to_its_end_before_it_ends_however_often_it_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.scheduler = make_scheduler()

    def tick(_scheduler: Scheduler) -> float:
        killed(signal.SIGINT, after=0.1)
        killed(signal.SIGTERM, after=0.2)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.4)")
        return 20.0

    monkeypatch.setattr(DatabaseScheduler, "tick", tick)
    monkeypatch.setattr("celery.beat.time.sleep", lambda _seconds: pytest.fail("it sleeps when it is to end"))
    service.start()
    assert service._is_stopped.is_set()


def test_told_while_the_schedule_is_read_for_the_first_time_it_never_begins(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(**_: object) -> Scheduler:
        os.kill(os.getpid(), signal.SIGTERM)
        return make_scheduler()

    monkeypatch.setattr(service, "get_scheduler", made)
    monkeypatch.setattr(Scheduler, "tick", lambda _scheduler: pytest.fail("it has begun"))
    service.start()
    assert service._is_stopped.is_set()
