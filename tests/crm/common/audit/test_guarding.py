import pytest
from django.db import DatabaseError, connection, transaction
from pghistory.models import Context

from crm.common.audit.acting import acting
from crm.common.audit.guarding import guarded_tables, install
from crm.common.audit.tracking import event_models
from customers.models import SourceSystem
from tests.database import application, as_owner
from tests.factories.importing import SourceSystemFactory

pytestmark = pytest.mark.django_db
# What a trigger fires on, as PostgreSQL keeps it: a row, before, and the operation.
ROW, BEFORE, DELETE, UPDATE, TRUNCATE = 1, 2, 8, 16, 32
GUARDS = """
SELECT t.tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = %s::regclass AND p.proname = 'crm_append_only' AND t.tgenabled = 'O'
"""
EVENTS = "customers_sourcesystemevent"


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def event() -> None:
    with acting(user=5):
        SourceSystemFactory.create(name="Shop")


@pytest.mark.parametrize("table", guarded_tables())
def test_every_table_of_the_audit_is_guarded(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GUARDS, [table])
        guards = {kind for (kind,) in cursor.fetchall()}
    assert guards == {ROW | BEFORE | UPDATE | DELETE, BEFORE | TRUNCATE}


def test_the_tables_are_those_of_all_events_of_who_acted_and_of_the_log() -> None:
    assert len(guarded_tables()) == len(event_models()) + 2
    assert {EVENTS, "accounts_userevent", "pghistory_context", "common_auditentry"} <= set(guarded_tables())


@pytest.mark.usefixtures("event", "as_owner")
@pytest.mark.parametrize("table", [EVENTS, "pghistory_context"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_changes_or_removes_rows_not_even_their_owner(table: str, statement: str) -> None:
    setting = "metadata = '{}'" if table == "pghistory_context" else "name = 'forged'"
    with pytest.raises(DatabaseError, match="the audit is append-only"):
        run(statement.format(table, setting))
    assert SourceSystem.pgh_event_model.objects.get().name == "Shop"  # type: ignore[attr-defined]
    assert Context.objects.get().metadata == {"user": 5}


FORGERIES = {
    "by the name of the function": "DO $$ BEGIN EXECUTE 'UPDATE {} SET name = ''forged'' /* {} */'; END $$",
    "by a function of that name elsewhere": (
        "CREATE FUNCTION pg_temp.crm_forget_person(a bigint, b text, c bigint, d bigint) RETURNS void LANGUAGE plpgsql"
        " AS $$ BEGIN UPDATE {} SET name = 'forged'; END $$; SELECT pg_temp.crm_forget_person(1, 'x', 1, 1) -- {}"
    ),
    "by a catalogue of one's own": (
        "CREATE TEMP TABLE pg_class AS SELECT oid, relname, current_user::regrole::oid AS relowner FROM pg_class;"
        " SET LOCAL search_path = pg_temp, public;"
        " DO $$ BEGIN EXECUTE E'UPDATE {} SET name = ''forged'' /*\\na public.{}*/'; END $$"
    ),
}


@pytest.fixture
def more_than_is_granted(event: None) -> None:
    """The application's role may do everything to the tables, though it owns none."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {application()}")


@pytest.mark.usefixtures("more_than_is_granted")
@pytest.mark.parametrize("how", FORGERIES)
def test_the_application_cannot_pass_for_the_function_that_may(how: str) -> None:
    with pytest.raises(DatabaseError, match="the audit is append-only"):
        run(FORGERIES[how].format(EVENTS, "crm_forget_person(bigint,text,bigint,bigint)"))


def test_the_application_writes_and_leaves_its_rows() -> None:
    with acting(user=6):
        SourceSystemFactory.create(key="written-by-the-application")
    event = SourceSystem.pgh_event_model.objects.get(key="written-by-the-application")  # type: ignore[attr-defined]
    assert event.pgh_context.metadata == {"user": 6}


@pytest.mark.usefixtures("as_owner")
def test_a_table_that_has_become_tracked_is_guarded_after_the_next_migration() -> None:
    run(f"DROP TRIGGER crm_append_only ON {EVENTS}; DROP TRIGGER crm_append_only_whole ON {EVENTS}")
    install(using="default")
    test_every_table_of_the_audit_is_guarded(EVENTS)


@pytest.mark.usefixtures("as_owner")
def test_guarded_tables_are_left_alone() -> None:
    """A trigger made anew would wait for everyone who writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_trigger WHERE tgrelid = %s::regclass ORDER BY oid", [EVENTS])
        before = cursor.fetchall()
        install(using="default")
        cursor.execute("SELECT oid FROM pg_trigger WHERE tgrelid = %s::regclass ORDER BY oid", [EVENTS])
        assert cursor.fetchall() == before


COMPARING = """
SELECT p.oid::regprocedure::text, coalesce(p.proconfig, '{}') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgoldtable IS NOT NULL AND t.tgnewtable IS NOT NULL AND p.proname LIKE 'pgtrigger%'
"""


def test_an_update_of_many_rows_is_not_planned_as_that_of_one(as_owner: None) -> None:
    """The plan of a session's first update is kept: a loop in a loop, which compares each row with each."""
    with connection.cursor() as cursor:
        cursor.execute(COMPARING)
        found = dict(cursor.fetchall())
        assert len(found) > 10
        assert {tuple(settings) for settings in found.values()} == {("enable_nestloop=off",)}
        made_anew = min(found)
        cursor.execute(f"ALTER FUNCTION {made_anew} RESET enable_nestloop")
        install(using=connection.alias)
        cursor.execute(COMPARING)
        assert dict(cursor.fetchall())[made_anew] == ["enable_nestloop=off"]
