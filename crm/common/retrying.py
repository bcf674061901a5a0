"""Do it once more where the database took a transaction back that will pass the next time.

Two who lock rows in different orders wait for each other until PostgreSQL ends one of them. Nothing of that one was
written; the other has what it needs, so the same work goes through a moment later. Not at once: the row would be ours
again before the other has woken.
"""

from collections.abc import Callable
from functools import wraps
from time import sleep  # noqa: TID251 - see where it is used
from typing import Final, ParamSpec, TypeVar

import structlog
from django.db import DatabaseError, OperationalError, connection
from psycopg.errors import DeadlockDetected, SerializationFailure

log = structlog.get_logger(__name__)

TRIES: Final = 3
PATIENT_TRIES: Final = 30
"""Of work that nobody sits in front of, and that others may take back again and again."""
PAUSE_S: Final = 0.05
P = ParamSpec("P")
R = TypeVar("R")


def may_pass(error: DatabaseError) -> bool:
    """Whether it was somebody else's transaction that ended this one, not what it wanted to write."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, DeadlockDetected | SerializationFailure)


def retried(
    work: Callable[P, R], *, passing: Callable[[DatabaseError], bool] = may_pass, tries: int = TRIES
) -> Callable[P, R]:
    """`work`, a transaction of its own, done up to `tries` times. In a caller's one, back to the savepoint."""

    @wraps(work)
    def again(*args: P.args, **options: P.kwargs) -> R:
        for tried in range(1, tries):
            try:
                return work(*args, **options)
            except DatabaseError as error:
                if connection.needs_rollback or not passing(error):
                    raise
                log.warning("done again", work=work.__qualname__, tried=tried, error=str(error))
                sleep(PAUSE_S)  # nothing tells that the other has woken
        return work(*args, **options)

    return again
