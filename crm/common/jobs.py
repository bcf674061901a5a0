"""Wake a worker once the rows that hold its work are committed."""

from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from crm.common.cache import Rest

log = structlog.get_logger(__name__)


def wake(task: "Task[Any, Any]", *, in_s: float = 0, **arguments: object) -> None:
    """Send `task` after commit, to be run `in_s` seconds later.

    Redis being away is no error: the work stands in rows, and a sweeper finds it.
    """
    transaction.on_commit(lambda: _send(task, arguments, in_s))


def _send(task: "Task[Any, Any]", arguments: dict[str, object], in_s: float) -> None:
    if Rest.on():
        return
    try:
        task.apply_async(kwargs=arguments, countdown=in_s or 0)
    except (OperationalError, RedisError, OSError) as error:
        Rest.begin()
        log.warning("job left to the sweeper", task=task.name, error=str(error))
