"""The test database: one template with all migrations, copied for each process, and put back after real commits."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

LOCK = 7_302_021
SNAPSHOT = """
CREATE SCHEMA as_migrated;
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
-- Empties what is filled and fills what the migrations had filled; triggers and foreign keys stay out of it.
CREATE FUNCTION as_migrated.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record; filled boolean; columns text;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT c.relname AS tablename, s.oid IS NOT NULL AS kept FROM pg_class c
           LEFT JOIN pg_class s ON s.relname = c.relname AND s.relnamespace = 'as_migrated'::regnamespace
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t.tablename) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM public.%I', t.tablename); END IF;
    IF t.kept THEN
      SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
      WHERE attrelid = format('public.%I', t.tablename)::regclass
        AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
      EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM as_migrated.%I',
                     t.tablename, columns, columns, t.tablename);
    END IF;
  END LOOP;
  PERFORM setval(name::regclass, value, called) FROM as_migrated."__sequences";
END $$;
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
        *base.glob("*/sql.py"),
        *base.glob("metrics/engine/*.py"),  # triggers and indexes are installed from declarations
        *base.glob("metrics/kpis/*.py"),
        base / "requirements.txt",
    ]
    for path in sorted(files):
        seen.update(path.name.encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()[:12]


def create() -> str:
    """Make this process's database from the template and point Django at it; its name."""
    template = f"crm_template_{digest()}"
    name = f"test_crm_{os.getpid()}"
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _drop_leftovers(server, keep=template)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            _make_template(server, template)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    _point_django_at(name)
    return name


def drop(name: str) -> None:
    connections.close_all()
    with _server() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def restore() -> None:
    """Put the database back to what the migrations left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT as_migrated.restore()")


def _server() -> psycopg.Connection[tuple[object, ...]]:
    found = settings.DATABASES["default"]
    return psycopg.connect(
        host=found["HOST"],
        port=found["PORT"] or 5432,
        user=found["USER"],
        password=found["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    )


def _make_template(server: psycopg.Connection[tuple[object, ...]], template: str) -> None:
    building = f"{template}_building"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(building)))
    _point_django_at(building)
    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        cursor.execute("SELECT as_migrated.take()")
    connections.close_all()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template)))


def _point_django_at(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


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
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")


def another_connection() -> "psycopg.Connection[tuple[object, ...]]":
    """A session beside Django's on this process's test database, as another worker would have."""
    found = connection.settings_dict
    where = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return psycopg.connect(**{key: found[name] for key, name in where.items()})
