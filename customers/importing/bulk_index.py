"""Trigram indexes under bulk writes: their entries gathered and merged at the end of the chunk, sorted.

The indexes are kept without a pending list, so that searches never scan one. For a chunk of thousands of rows that is
two to three times slower than to gather first; so the list is switched on, emptied and switched off again within the
chunk's transaction: nobody else ever sees it on.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper

MANY_ROWS = 2_000

_INDEXES = """
SELECT i.indexrelid::regclass::text
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE a.amname = 'gin' AND 'fastupdate=off' = ANY(c.reloptions) AND i.indrelid = ANY(%s::regclass[])
ORDER BY 1
"""


@contextmanager
def gathered(cursor: CursorWrapper, *tables: str) -> Iterator[None]:
    """Within the caller's transaction, gather the entries of the tables' GIN indexes and merge them at the end."""
    cursor.execute(_INDEXES, [list(tables)])
    indexes = [name for (name,) in cursor.fetchall()]
    cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'; SET LOCAL maintenance_work_mem = '128MB'")
    for index in indexes:
        cursor.execute(f"ALTER INDEX {index} SET (fastupdate = on)")
    yield
    for index in indexes:
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute(f"ALTER INDEX {index} SET (fastupdate = off)")
