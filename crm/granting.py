"""What the application's role may do in a database that another role owns: rows, and what it stages; never a table.

Put right after every `migrate`. Where one role does all there is nothing to grant.
"""

from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

GRANT: Final = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
REVOKE CREATE ON SCHEMA public FROM {role}, PUBLIC;
REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM {role}, PUBLIC;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}, PUBLIC;
"""
# Rows that stay: those of tables that refuse to be emptied, whoever asks (a trigger BEFORE TRUNCATE: bits of tgtype).
KEEPING: Final = """
SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgtype & 34 = 34 ORDER BY 1
"""
# What runs as the owner is for the application alone.
DEEDS: Final = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND pg_get_userbyid(p.proowner) = current_user ORDER BY 1
"""
# A database that was taken back to an older state has none.
STAGING: Final = "SELECT nspname FROM pg_namespace WHERE nspname = 'staging'"
# The application could not drop what is left there from when it was another; an import that misses it stages once more.
STAGED_BY_OTHERS: Final = """
SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'staging' AND c.relkind = 'r' AND pg_get_userbyid(c.relowner) = current_user AND current_user <> %s
"""


def grant_after_migrate(**_: Any) -> None:
    role = settings.DATABASES["default"]["USER"]
    if settings.CRM_DATABASE_OWNER and role != connection.settings_dict["USER"]:
        grant(role=role)


def grant(*, role: str) -> None:
    """Asked of the owner. All at once: nobody sees the application with more rights than these, or fewer."""
    name = sql.Identifier(role)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL(GRANT).format(role=name))
        for schema in _column(cursor, STAGING):
            cursor.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(sql.Identifier(schema), name))
        for table in _column(cursor, KEEPING):
            revoke = sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}, PUBLIC")
            cursor.execute(revoke.format(sql.Identifier(table), name))
        for deed in _column(cursor, DEEDS):
            mine = sql.SQL("REVOKE EXECUTE ON FUNCTION {deed} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {deed} TO {role}")
            cursor.execute(mine.format(deed=sql.SQL(deed), role=name))
        for table in _column(cursor, STAGED_BY_OTHERS, role):
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.SQL(table)))


def _column(cursor: CursorWrapper, query: str, *parameters: str) -> list[str]:
    cursor.execute(query, parameters or None)
    return [value for (value,) in cursor.fetchall()]
