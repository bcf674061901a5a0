"""The application's database role: it reads and writes rows, and cannot change what proves the figures."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.core.checks import CheckMessage
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from crm.checks import OWNS_ITS_TABLES, the_application_owns_nothing
from crm.common.audit.forgetting import forget_person
from crm.common.audit.guarding import guarded_tables
from crm.common.audit.models import AuditEntry
from crm.granting import KEEPING
from customers.models import Customer
from tests.conftest import UserFor
from tests.database import another_connection, application, as_owner, owner, superuser
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
Session = psycopg.Connection[tuple[object, ...]]
KEPT = [*guarded_tables(), "metrics_baseline", "metrics_kpirules"]


@pytest.fixture
def session() -> Iterator[Session]:
    with another_connection() as made:
        yield made
        made.rollback()


def test_it_may_do_nothing_to_the_server(session: Session) -> None:
    rights = """
        SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles
        WHERE rolname = current_user
    """
    assert session.execute(rights).fetchone() == (False,) * 5


@pytest.mark.parametrize(
    ("catalogue", "owner"),
    [
        ("pg_class", "relowner"),
        ("pg_proc", "proowner"),
        ("pg_type", "typowner"),
        ("pg_namespace", "nspowner"),
        ("pg_database", "datdba"),
        ("pg_extension", "extowner"),
    ],
)
def test_it_owns_nothing(session: Session, catalogue: str, owner: str) -> None:
    owned = f"SELECT count(*) FROM {catalogue} WHERE {owner} = current_user::regrole"
    assert session.execute(owned).fetchone() == (0,)


def test_rows_that_stay_are_those_of_the_audit_baselines_and_rules(session: Session) -> None:
    assert session.execute(KEEPING).fetchall() == [(table,) for table in sorted(KEPT)]


def settable(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = ''"
            " ORDER BY attnum LIMIT 1",
            [table],
        )
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("table", KEPT)
def test_rows_that_stay_can_be_read_and_added_and_nothing_else(session: Session, table: str) -> None:
    given = "SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = %s ORDER BY 1"
    assert session.execute(given, [table]).fetchall() == [("INSERT",), ("SELECT",)]
    column = settable(table)
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(InsufficientPrivilege):
            session.execute(statement)
        session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE metrics_baseline DISABLE TRIGGER ALL",
        "ALTER TABLE customers_customer DISABLE TRIGGER USER",
        "DROP TRIGGER crm_append_only ON common_auditentry",
        "DROP TABLE metrics_baseline",
        "DROP FUNCTION crm_append_only CASCADE",
        "DROP SCHEMA staging",
        "TRUNCATE customers_call",
        "CREATE TABLE public.mine ()",
        "CREATE INDEX ON customers_call (day)",
        "CREATE TRIGGER mine BEFORE INSERT ON customers_call EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE OR REPLACE FUNCTION crm_day(timestamptz) RETURNS date LANGUAGE sql AS $$ SELECT NULL::date $$",
        "CREATE OR REPLACE FUNCTION crm_norm(text) RETURNS text LANGUAGE sql AS $$ SELECT '' $$",
        "ALTER FUNCTION crm_forget_person OWNER TO CURRENT_USER",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "SET session_replication_role = replica",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('customers', '9999', now())",
        "DELETE FROM django_migrations",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY customers_customer TO PROGRAM 'cat'",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "CREATE EXTENSION file_fdw",
    ],
)
def test_what_it_is_refused(session: Session, statement: str) -> None:
    if statement.startswith("CREATE DATABASE"):
        session.autocommit = True
    with pytest.raises(InsufficientPrivilege):
        session.execute(statement)


def test_what_runs_as_the_owner_is_known_looks_nowhere_else_and_is_for_the_application_alone(session: Session) -> None:
    deeds = """
        SELECT p.proname, has_function_privilege('public', p.oid, 'EXECUTE'), has_function_privilege(p.oid, 'EXECUTE'),
               (SELECT setting FROM unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%')
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef ORDER BY 1
    """
    assert session.execute(deeds).fetchall() == [
        ("crm_analyse", False, True, "search_path=pg_catalog, public, pg_temp"),
        ("crm_forget_person", False, True, "search_path=public, pg_temp"),
        ("crm_merge_pending_entries", False, True, "search_path=pg_catalog, pg_temp"),
        ("crm_set_zone", False, True, "search_path=pg_catalog, public, pg_temp"),
    ]


def test_a_person_is_forgotten_through_the_one_function_which_leaves_a_row(user_for: UserFor) -> None:
    customer = CustomerFactory.create(name="Ada Lovelace")
    customer.name = "Ada King"
    customer.save()
    by = user_for("administrator")
    assert forget_person(customer_id=customer.pk, reason="asked for by the person", by=by) > 0
    names = Customer.pgh_event_model.objects.filter(pgh_obj_id=customer.pk).values_list("name", flat=True)  # type: ignore[attr-defined]
    assert set(names) == {""}
    entry = AuditEntry.objects.get(what="person.forgotten")
    assert (entry.user_id, entry.details) == (by.pk, {"customer": customer.pk, "reason": "asked for by the person"})


def test_it_stages_imports_in_a_schema_of_its_own(session: Session) -> None:
    session.execute("CREATE UNLOGGED TABLE staging.import_stage_0 AS SELECT 1 AS n")
    session.execute("CREATE INDEX ON staging.import_stage_0 (n); ANALYZE staging.import_stage_0")
    session.execute("DROP TABLE staging.import_stage_0")


def test_a_table_of_the_next_migration_is_readable_before_anything_is_granted() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_the_next_migration (id bigint GENERATED BY DEFAULT AS IDENTITY)")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO of_the_next_migration DEFAULT VALUES RETURNING id")
        assert cursor.fetchone() == (1,)


def test_statistics_are_asked_of_the_owner(session: Session) -> None:
    session.execute("SELECT crm_analyse('customers_customer')")


def test_a_zone_that_there_is_not_is_refused(session: Session) -> None:
    session.execute("SELECT crm_set_zone('Asia/Shanghai')")
    assert session.execute("SELECT crm_day('2024-01-01 20:00Z')::text").fetchone() == ("2024-01-02",)
    with pytest.raises(psycopg.DataError, match="PostgreSQL knows no time zone nowhere"):
        session.execute("SELECT crm_set_zone('nowhere')")


class TestCheck:
    """The tests' application may become the owner, which none may elsewhere: so the session is another role's."""

    @pytest.fixture
    def other(self) -> Iterator[str]:
        name = f"other_{os.getpid()}"
        with superuser() as server:
            server.execute(f"CREATE ROLE {name} NOINHERIT")
            server.execute(f"GRANT {name} TO {application()}")
            yield name
            server.execute(f"DROP ROLE {name}")

    def found(self, role: str) -> list[CheckMessage]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
        return the_application_owns_nothing(databases=["default"])

    def test_it_is_content_with_one_that_owns_nothing(self, other: str) -> None:
        assert self.found(other) == []

    def test_the_owner_is_named(self) -> None:
        assert self.found(owner()) == [OWNS_ITS_TABLES]

    def test_one_that_has_no_right_of_the_owner_s_but_may_become_it_is_named(self, other: str) -> None:
        with superuser() as server:
            server.execute(f"GRANT {owner()} TO {other}")
        assert self.found(other) == [OWNS_ITS_TABLES]
