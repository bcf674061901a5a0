"""The test database: one template with all migrations, copied for each process, and put back after real commits.

As in the product one role owns it, and another, which can change no table, is the tests' and the live processes'. Tests
whose subject is the owner's work take the fixture `as_owner`. With a `DATABASE_URL` one role is both.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import django
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from crm.embedded import record
from crm.embedded.roles import SUPERUSER

LOCK = 7_302_021
SNAPSHOT = """
CREATE SCHEMA as_migrated;
GRANT USAGE ON SCHEMA as_migrated TO PUBLIC;
CREATE FUNCTION as_migrated.take() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record; filled boolean;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t.tablename) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE as_migrated.%I AS TABLE public.%I', t.tablename, t.tablename); END IF;
  END LOOP;
  CREATE TABLE as_migrated."__sequences" AS
    SELECT format('%I.%I', schemaname, sequencename) AS name, coalesce(last_value, start_value) AS value,
           last_value IS NOT NULL AS called
    FROM pg_sequences WHERE schemaname = 'public';
END $$;
-- Which transaction restored a table last: where all rows have its number, and as many are there, they are those.
CREATE TABLE as_migrated."__restored" (name name PRIMARY KEY, by xid NOT NULL);
-- Empties what is filled and fills what the migrations had filled where anybody has touched it since; triggers and
-- foreign keys stay out of it, so it is the superuser's.
CREATE FUNCTION as_migrated.restore() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE t record; question text; columns text;
BEGIN
  SET LOCAL session_replication_role = replica;
  SELECT string_agg(format(CASE
    WHEN s.oid IS NULL THEN 'SELECT %1$L, false WHERE EXISTS (SELECT FROM public.%1$I)'
    WHEN r.by IS NULL THEN 'SELECT %1$L, true'
    ELSE 'SELECT %1$L, true WHERE EXISTS (SELECT FROM public.%1$I WHERE xmin <> %2$L)
          OR (SELECT count(*) FROM public.%1$I) <> (SELECT count(*) FROM as_migrated.%1$I)'
  END, c.relname, r.by), ' UNION ALL ') INTO question
  FROM pg_class c LEFT JOIN pg_class s ON s.relname = c.relname AND s.relnamespace = 'as_migrated'::regnamespace
  LEFT JOIN as_migrated."__restored" r ON r.name = c.relname
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition;
  FOR t IN EXECUTE format('SELECT * FROM (%s) AS found (name, kept)', question) LOOP
    EXECUTE format('DELETE FROM public.%I', t.name);
    IF t.kept THEN
      SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
      WHERE attrelid = format('public.%I', t.name)::regclass
        AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
      EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM as_migrated.%I',
                     t.name, columns, columns, t.name);
      INSERT INTO as_migrated."__restored" VALUES (t.name, pg_current_xact_id()::xid)
      ON CONFLICT (name) DO UPDATE SET by = excluded.by;
    END IF;
  END LOOP;
  PERFORM setval(name::regclass, value, called) FROM as_migrated."__sequences";
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'staging' LOOP
    EXECUTE format('DROP TABLE staging.%I', t.tablename);
  END LOOP;
END $$;
"""

LEFT_ALONE = """
DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reloptions IS NULL
  LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', t); END LOOP;
END $$
"""
LARGE = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 65536
"""


def digest() -> str:
    """What a migrated database depends on: the migrations, SQL files, and the packages that bring migrations."""
    seen = hashlib.sha256(SNAPSHOT.encode())
    base = Path(settings.BASE_DIR)
    files = [
        *base.glob("*/migrations/*.py"),
        *base.glob("crm/common/migrations/*.py"),
        *base.glob("*/sql/*.sql"),
        *base.glob("crm/common/audit/**/*.sql"),
        base / "crm/common/audit/guarding.py",
        base / "crm/common/operation_rows.py",
        base / "crm/common/readings.py",
        *base.glob("*/sql.py"),
        *base.glob("metrics/engine/*.py"),  # triggers and indexes are installed from declarations
        *base.glob("metrics/kpis/*.py"),
        base / "requirements.txt",
        base / "crm" / "granting.py",
    ]
    for path in sorted(files):
        seen.update(path.name.encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()[:12]


def refuse_two_roles_of_others() -> None:
    """`as_owner` makes the one a member of the other, in all databases of the server: only on the tests' own."""
    if os.environ.get("DATABASE_URL") and os.environ.get("DATABASE_OWNER_URL"):
        raise pytest.UsageError(
            "The tests would make the application's role a member of the owner's on that server. Run them with "
            "DATABASE_URL= DATABASE_OWNER_URL= (set to nothing) to let them have a PostgreSQL of their own."
        )


def template_name() -> str:
    return f"crm_template_{digest()}"


def has_template() -> bool:
    with superuser() as server:
        return _is_there(server, template_name())


def make_template() -> None:
    """If there is none of these migrations yet."""
    with superuser() as server:
        _provide_template(server, template_name())


@contextlib.contextmanager
def template() -> Iterator[str]:
    """The name of one that nobody copies meanwhile: a session in it would keep them from it."""
    with superuser() as server:
        _provide_template(server, template_name())
        yield template_name()


def create() -> str:
    """Make this process's database from the template and point Django at it; its name."""
    template, name = template_name(), f"test_crm_{os.getpid()}"
    with superuser() as server:
        _provide_template(server, template)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        _create_database(server, name, template=template)
    _point_django_at(name)
    return name


def drop(name: str) -> None:
    connections.close_all()
    with superuser() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def restore() -> None:
    """Put the database back to what the migrations left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT as_migrated.restore()")


def tidy() -> None:
    """Take out what was deleted or rolled back, of tables that are larger than a few pages.

    From then on nobody looks at the tables by itself: it would count none of the rows of a test's transaction.
    """
    with superuser(str(connection.settings_dict["NAME"])) as session:
        session.execute(LEFT_ALONE)
        for (table,) in session.execute(LARGE).fetchall():
            session.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(str(table))))


def owner() -> str:
    """The name of the role that owns the test database."""
    return str((settings.CRM_DATABASE_OWNER or settings.DATABASES["default"])["USER"])


def application() -> str:
    return str(settings.DATABASES["default"]["USER"])


def superuser(database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A session that may do everything; with a `DATABASE_URL` the owner's."""
    found = settings.CRM_DATABASE_OWNER or settings.DATABASES["default"]
    known = record.find(Path(os.environ["CRM_VAR"])) if not os.environ.get("DATABASE_URL") else None
    return psycopg.connect(
        host=found["HOST"],
        port=found["PORT"] or 5432,
        user=SUPERUSER if known else found["USER"],
        password=known.superuser_password if known else found["PASSWORD"],
        dbname=database,
        autocommit=True,
    )


def _is_there(server: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _provide_template(server: psycopg.Connection[tuple[object, ...]], template: str) -> None:
    """One process at a time, until `server` is closed."""
    server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    _drop_leftovers(server, keep=template)
    if not _is_there(server, template):
        _make_template(server, template)


def _make_template(server: psycopg.Connection[tuple[object, ...]], template: str) -> None:
    building = f"{template}_building"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
    _create_database(server, building, template="template0")
    _point_django_at(building)
    call_command("migrate", interactive=False, verbosity=0)
    connections.close_all()
    with superuser(building) as session:
        session.execute(SNAPSHOT)
        session.execute("SELECT as_migrated.take()")
    _let_tests_be_the_owner(server)
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template)))


def _create_database(server: psycopg.Connection[tuple[object, ...]], name: str, *, template: str) -> None:
    names = [sql.Identifier(part) for part in (name, template, owner())]
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*names))


def _let_tests_be_the_owner(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """For `as_owner`: the application's role may become the owner when it says so, and has no right of it before."""
    if application() != owner():
        names = [sql.Identifier(role) for role in (application(), owner())]
        server.execute(sql.SQL("ALTER ROLE {} NOINHERIT").format(names[0]))
        server.execute(sql.SQL("GRANT {} TO {}").format(names[1], names[0]))


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Django's session acts as the owner, in the transaction of the test too, where `crm.owner` could not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (before,) = cursor.fetchone()
        cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner())))
    yield
    if not connection.needs_rollback:  # else the role goes with the transaction
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(before)))


def _point_django_at(name: str) -> None:
    connections.close_all()
    for found in (settings.DATABASES["default"], settings.CRM_DATABASE_OWNER or {}, connection.settings_dict):
        found["NAME"] = name


def _drop_leftovers(server: psycopg.Connection[tuple[object, ...]], *, keep: str) -> None:
    """Databases of test runs that were killed, and templates of earlier migrations."""
    rows = server.execute(
        "SELECT datname FROM pg_database WHERE datname ~ '^(test_crm_[0-9]+|crm_template_.*)$'"
    ).fetchall()
    for (name,) in rows:
        pid = str(name).removeprefix("test_crm_")
        if name == keep or (pid.isdecimal() and Path(f"/proc/{pid}").exists()):
            continue
        with contextlib.suppress(psycopg.errors.ObjectInUse):
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(str(name))))


@contextlib.contextmanager
def triggers_off(*tables: str) -> Iterator[None]:
    """Nothing of ours sees what is written to these tables meanwhile, as in a bulk load without triggers."""
    _switch_triggers("DISABLE", tables)
    yield
    _switch_triggers("ENABLE", tables)


def _switch_triggers(how: str, tables: tuple[str, ...]) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")


def another_connection(*, owner: bool = False) -> "psycopg.Connection[tuple[object, ...]]":
    """A session beside Django's on this process's test database, as another worker, or a migration, would have."""
    found = (settings.CRM_DATABASE_OWNER if owner else None) or connection.settings_dict
    where = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return psycopg.connect(**{key: found[name] for key, name in where.items()})


if __name__ == "__main__":  # python -m tests.database: beside other things that are prepared
    django.setup()
    make_template()
