"""Trigram indexes under writes: new entries wait in a short list and are merged, sorted, once they are committed.

That is two to four times faster than one by one, but every search reads the list as well. So imports merge after some
thousand rows and at their end; the sweeper merges what people typed and what an import left that died. Hardly anybody
who writes a row has to, for the list holds more than imports leave in it.
"""

from collections.abc import Collection

from django.db import connection

from customers.importing.registry import searched_tables


def merge(tables: Collection[str]) -> None:
    """Empty the lists of the tables' trigram indexes. Holds no lock that a reader or writer of rows waits for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_merge_pending_entries(%s::regclass[])", [list(tables)])


def merge_all() -> None:
    merge(searched_tables())
