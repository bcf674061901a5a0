import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from psycopg_pool import ConnectionPool

from crm.databases import RECONNECTING, connecting

ADDRESS = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.example", "NAME": "crm"}


def test_pages_give_up_jobs_do_not() -> None:
    web = connecting(ADDRESS, process="web", pool=8)
    assert web["OPTIONS"]["options"] == (
        "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    )
    assert [
        "options" in connecting(ADDRESS, process=name, pool=0)["OPTIONS"] for name in ("worker", "beat", "manage")
    ] == [False] * 3


def test_what_the_address_asks_for_stays() -> None:
    found = connecting(ADDRESS | {"OPTIONS": {"sslmode": "require", "options": "-c role=x"}}, process="web", pool=0)
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["options"].startswith("-c role=x -c statement_timeout")


def test_connections_are_looked_at_before_they_are_used_again() -> None:
    pooled, kept = connecting(ADDRESS, process="web", pool=8), connecting(ADDRESS, process="worker", pool=0)
    assert [pooled["CONN_HEALTH_CHECKS"], kept["CONN_HEALTH_CHECKS"]] == [True, True]
    assert pooled["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 8, "timeout": 10, **RECONNECTING}
    assert ("CONN_MAX_AGE" in pooled, kept["CONN_MAX_AGE"]) == (False, 600)


@pytest.mark.slow
def test_who_waits_is_served_as_soon_as_the_server_is_back(wait_for: Callable[..., None]) -> None:
    """Whether asked for before the pool gave up trying, or after."""
    database = settings.DATABASES["default"]
    with socket.socket() as door, ThreadPoolExecutor(2) as waiting:
        door.bind(("127.0.0.1", 0))  # nobody listens yet: refused
        address = {"host": "127.0.0.1", "port": door.getsockname()[1], "dbname": "postgres"}
        kwargs = address | {"user": database["USER"], "password": database["PASSWORD"]}
        with ConnectionPool(kwargs=kwargs, min_size=1, max_size=2, timeout=20, **RECONNECTING) as pool:
            first = waiting.submit(answer, pool)
            wait_for(lambda: pool.get_stats().get("connections_errors", 0) >= 7)  # gave up, anew, gave up again
            second = waiting.submit(answer, pool)
            door.listen()
            Thread(target=let_in, args=(door, (database["HOST"], int(database["PORT"]))), daemon=True).start()
            assert [each.result(timeout=5) for each in (first, second)] == [1, 1]


def answer(pool: "ConnectionPool[Any]") -> int:
    with pool.connection() as connection:
        return int(connection.execute("SELECT 1").fetchone()[0])


def let_in(door: socket.socket, to: tuple[str, int]) -> None:
    with suppress(OSError):  # the door was closed
        while True:
            visitor, _address = door.accept()
            inside = socket.create_connection(to)
            for pair in ((visitor, inside), (inside, visitor)):
                Thread(target=pass_on, args=pair, daemon=True).start()


def pass_on(source: socket.socket, to: socket.socket) -> None:
    with source, suppress(OSError):
        while said := source.recv(65536):
            to.sendall(said)
        to.shutdown(socket.SHUT_WR)
