"""Statistics for the planner while an import fills a table: what was empty a moment ago is planned as if it still were.

Autovacuum sees only what is committed, and late; a table that grew by half in this transaction is analysed here.
"""

from django.db.backends.utils import CursorWrapper

from customers.importing.registry import tables

# How large a sample is read. Temporary tables are analysed several times a chunk, where a small one will do; the tables
# that imports fill have to serve everybody's queries.
OF_A_CHUNK = "SET LOCAL default_statistics_target = 2"
OF_A_TABLE = "SET LOCAL default_statistics_target = 10"
OWN_TABLES = ("customers_sourcerecord",)
# Rows written since the last ANALYZE, committed or in this transaction, beside the size the planner believes in. By the
# functions: the views add up what is known of all tables.
GROWN = """
SELECT c.relname FROM pg_class c
WHERE c.oid = ANY(%s::regclass[])
  AND pg_stat_get_mod_since_analyze(c.oid) + pg_stat_get_xact_tuples_inserted(c.oid)
    > 500 + 0.5 * greatest(c.reltuples, 0)
"""


def refresh_statistics(cursor: CursorWrapper) -> list[str]:
    """ANALYZE the tables that imports join and that have grown; returns their names. Milliseconds where none has."""
    cursor.execute(GROWN, [[*OWN_TABLES, *tables()]])
    grown = [name for (name,) in cursor.fetchall()]
    for name in grown:
        cursor.execute(f"{OF_A_TABLE}; SELECT crm_analyse(quote_ident(%s)::regclass); {OF_A_CHUNK}", [name])
    return grown
