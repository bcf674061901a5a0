"""Do it once more where the database took a transaction back that will pass the next time.

Two who lock rows in different orders wait for each other until PostgreSQL ends one of them. Nothing of that one was
written; the other has what it needs, so the same work goes through a moment later.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import structlog
from django.db import DatabaseError, OperationalError, connection
from psycopg.errors import DeadlockDetected, SerializationFailure

log = structlog.get_logger(__name__)

TRIES: Final = 3
P = ParamSpec("P")
R = TypeVar("R")


def may_pass(error: DatabaseError) -> bool:
    """Whether it was somebody else's transaction that ended this one, not what it wanted to write."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, DeadlockDetected | SerializationFailure)


def retried(work: Callable[P, R], *, passing: Callable[[DatabaseError], bool] = may_pass) -> Callable[P, R]:
    """`work`, a transaction of its own, done up to `TRIES` times. In a caller's one, back to the savepoint."""

    @wraps(work)
    def again(*args: P.args, **options: P.kwargs) -> R:
        for tried in range(1, TRIES):
            try:
                return work(*args, **options)
            except DatabaseError as error:
                if connection.needs_rollback or not passing(error):
                    raise
                log.warning("done again", work=work.__qualname__, tried=tried, error=str(error))
        return work(*args, **options)

    return again
