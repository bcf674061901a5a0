"""Giving up what the database takes too long for, while somebody waits who could ask for less."""

from collections.abc import Iterator
from contextlib import contextmanager

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
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from None
        raise
