"""Giving up what the database takes too long for, while somebody waits who could ask for less."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from crm.common.errors import DomainError


class TookTooLong(DomainError):
    """The database was still at it."""

    status = 503


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Each statement of the block takes so long, in a transaction of its own. Raises TookTooLong."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(round(seconds * 1000))])
            yield
    except OperationalError as error:
        raise _said(error) from error.__cause__


def rows_within(
    seconds: float | None, statement: str, params: Sequence[Any], *, off: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """The rows of a statement that takes so long at most, None: as long as it takes; one query. Raises TookTooLong.

    `off`: what the planner is not to use. Both go with the statement and end with it, or with the transaction it is in:
    one of its own would be three queries more.
    """
    if seconds is not None and connection.in_atomic_block:
        with at_most(seconds):
            return rows_within(None, statement, params, off=off)
    first = [f"SET LOCAL {name} = off; " for name in off]
    first += [] if seconds is None else [f"SET LOCAL statement_timeout = {round(seconds * 1000)}; "]
    try:
        with connection.cursor() as cursor:
            cursor.execute("".join(first) + statement, params)
            for _setting in first:
                cursor.nextset()
            return list(cursor.fetchall())
    except OperationalError as error:
        raise _said(error) from error.__cause__


def _said(error: OperationalError) -> Exception:
    return TookTooLong() if isinstance(error.__cause__, QueryCanceled) else error
