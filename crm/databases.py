"""How the product's processes connect to PostgreSQL."""

from typing import Any, Final

# A page that waits longer helps nobody, and holds a thread that others need. Jobs and commands take their time.
WEB_PATIENCE: Final = {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}


def connecting(found: dict[str, Any], *, process: str, pool: int = 0) -> dict[str, Any]:
    """Django's settings of a database, from those of its address; `pool`: connections that threads share, or 0."""
    options = found.get("OPTIONS", {}) | {"connect_timeout": 5, "application_name": process}
    if process == "web":
        limits = [f"-c {name}={value}" for name, value in WEB_PATIENCE.items()]
        options["options"] = " ".join([options.get("options", ""), *limits]).strip()
    made = found | {"OPTIONS": options, "CONN_HEALTH_CHECKS": True}  # a server that was restarted costs nobody a page
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
        return made
    return made | {"CONN_MAX_AGE": 600}
