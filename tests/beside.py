"""A second session beside Django's, for what happens when two write at once."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from crm.embedded import processes
from tests.database import another_connection, superuser

WAITS = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
SOMEBODY_WAITS = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())
"""


class Beside:
    """Runs statements in a transaction of its own, without the test waiting for them."""

    def __init__(self, session: psycopg.Connection[Any], watching: psycopg.Connection[Any]) -> None:
        self.session = session
        self.watching = watching
        self.thread = ThreadPoolExecutor(1)

    def start(self, statement: str) -> Future[Any]:
        return self.thread.submit(self.session.execute, statement)

    def commit(self) -> None:
        """After what was started."""
        self.start_to_commit().result(timeout=30)

    def start_to_commit(self) -> Future[Any]:
        return self.thread.submit(self.session.commit)

    def wait_until_it_waits(self) -> None:
        """Until the session stands in front of a lock."""
        pid = [self.session.info.backend_pid]
        assert processes.wait_until(lambda: self.watching.execute(WAITS, pid).fetchone() == (True,), seconds=30)


@contextmanager
def beside() -> Iterator[Beside]:
    with another_connection() as session, another_connection() as watching:
        watching.autocommit = True
        other = Beside(session, watching)
        with other.thread:
            yield other


@contextmanager
def never_ended() -> Iterator[Beside]:
    """One who never finds that a deadlock is there: the other does, after a second, and is ended."""
    name = connection.settings_dict["NAME"]
    with superuser(name) as session, superuser(name) as watching:
        session.execute("SET deadlock_timeout = '60s'")
        session.autocommit = False
        other = Beside(session, watching)
        with other.thread:
            yield other


def wait_until_somebody_waits() -> None:
    """Until any session of this process's test database stands in front of a lock."""
    with another_connection() as watching:
        watching.autocommit = True
        assert processes.wait_until(lambda: watching.execute(SOMEBODY_WAITS).fetchone() == (True,), seconds=30)
