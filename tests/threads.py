"""Work beside a test, on a connection of its own."""

from collections.abc import Callable
from threading import Thread

from django.db import connection

PATIENCE_S = 30


def begin(work: Callable[[], object]) -> Thread:
    """Begun; the connection it opens is closed when it ends."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def end(thread: Thread) -> None:
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
