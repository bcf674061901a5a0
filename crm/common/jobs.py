"""Wake a worker once the rows that hold its work are committed."""

from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from crm.common.cache import Rest

log = structlog.get_logger(__name__)


def wake(task: "Task[Any, Any]", **arguments: object) -> None:
    """Send `task` after commit. Redis being away is no error: the work stands in rows, and a sweeper finds it."""
    transaction.on_commit(lambda: _send(task, arguments))


def _send(task: "Task[Any, Any]", arguments: dict[str, object]) -> None:
    if Rest.on():
        return
    try:
        task.apply_async(kwargs=arguments)
    except (OperationalError, RedisError, OSError) as error:
        Rest.begin()
        log.warning("job left to the sweeper", task=task.name, error=str(error))
