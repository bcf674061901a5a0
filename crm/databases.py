"""How the product's processes connect to PostgreSQL."""

from typing import Any, Final

from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

# A page that waits longer helps nobody, and holds a thread that others need. Jobs and commands take their time.
WEB_PATIENCE: Final = {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}

# While the server is away it is asked about every second: psycopg_pool doubles the interval with each failure, so it
# is made to give up early and, when it has, to begin anew. Else pages would wait for a minute once the server is back.
RECONNECTING: Final[dict[str, Any]] = {"reconnect_timeout": 2, "reconnect_failed": ConnectionPool.check}


def connecting(found: dict[str, Any], *, process: str, pool: int = 0) -> dict[str, Any]:
    """Django's settings of a database, from those of its address; `pool`: connections that threads share, or 0."""
    options = found.get("OPTIONS", {}) | {"connect_timeout": 5, "application_name": process}
    if process == "web":
        limits = [f"-c {name}={value}" for name, value in WEB_PATIENCE.items()]
        options["options"] = " ".join([options.get("options", ""), *limits]).strip()
    made = found | {"OPTIONS": options, "CONN_HEALTH_CHECKS": True}  # a server that was restarted costs nobody a page
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10} | RECONNECTING
        return made
    return made | {"CONN_MAX_AGE": 600}


def replace_all_when_one_is_lost() -> None:
    """For a process with a pool. A session that was cut has seldom been cut alone, and psycopg_pool, which finds out
    one by one as pages ask, makes a page wait twice as long after each: with eight, for longer than it would wait at
    all. So the first that is found takes the others along.
    """
    check_one = ConnectionPool.check_connection

    def check_connection(connection: Connection[Any]) -> None:
        try:
            check_one(connection)
        except OperationalError:
            pool = connection._pool  # noqa: SLF001 - the only way from a connection to its pool
            if isinstance(pool, ConnectionPool):
                pool.drain()
            raise

    ConnectionPool.check_connection = staticmethod(check_connection)  # type: ignore[assignment]
