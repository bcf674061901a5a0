import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import Celery, Task
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.common.cache import Rest
from crm.common.jobs import wake
from crm.embedded import processes


def application(broker: str) -> "Task[..., None]":
    """A task of an application with our settings, on the broker given."""
    app = Celery("tests", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(broker_url=broker)

    @app.task(name="tests.nothing")
    def nothing(*, n: int) -> None: ...

    return nothing


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    Rest.end()
    yield
    Rest.end()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_sent_after_commit_and_not_after_rollback() -> None:
    task = application(settings.REDIS_URL)
    queue = f"{settings.REDIS_PREFIX}jobs:{settings.CELERY_TASK_DEFAULT_QUEUE}"
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(queue)  # what other tests woke
        with transaction.atomic():
            wake(task, n=1)
            assert broker.llen(queue) == 0
        assert broker.llen(queue) == 1
        with transaction.atomic():
            wake(task, n=2)
            transaction.set_rollback(True)
        assert broker.llen(queue) == 1
        broker.delete(queue)


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_page_goes_on_at_once_and_the_work_is_left_to_the_sweeper() -> None:
    task = application(f"redis://127.0.0.1:{processes.free_port()}/0")
    began = time.perf_counter()
    for n in range(20):
        wake(task, n=n)
    assert time.perf_counter() - began < 2
    assert Rest.on() is True


class Told:
    """A task that notes what it is sent with."""

    name = "tests.told"

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def apply_async(self, **options: Any) -> None:
        self.sent.append(options)


@pytest.mark.django_db
def test_a_job_is_for_now_or_for_later(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    task: Any = Told()
    with django_capture_on_commit_callbacks(execute=True):
        wake(task)
        wake(task, in_s=30, n=2)
    assert task.sent == [{"kwargs": {}, "countdown": 0}, {"kwargs": {"n": 2}, "countdown": 30}]


@pytest.mark.django_db
def test_while_redis_rests_nothing_is_sent(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    task: Any = Told()
    Rest.begin()
    with django_capture_on_commit_callbacks(execute=True):
        wake(task, n=1)
    assert task.sent == []
