"""Put triggers and indexes of the declarations into the database, after every `migrate`.

Each carries the hash of its declaration as a comment, and is left alone as long as that is the same. Nobody who writes
facts waits: a changed trigger is a changed function, which locks no table; an index is built concurrently, beside the
old one. Only a trigger that was not there takes a lock, for a moment, and gives up soon rather than let writers queue.
"""

from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from metrics.engine import marking
from metrics.engine.installing_indexes import install_indexes
from metrics.engine.installing_triggers import install_triggers


def install_after_migrate(**_: Any) -> None:
    """Unless the database was taken to an older state on purpose."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        install()


def install() -> list[str]:
    """Bring the database to the declarations; returns the names of what was touched."""
    needs = marking.needs()
    return [*install_triggers(needs.markings), *install_indexes(needs.indexes)]
