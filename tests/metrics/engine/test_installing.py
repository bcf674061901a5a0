"""Triggers and indexes follow the declarations, and nobody who writes facts waits for them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from metrics.engine import installing, installing_indexes, installing_triggers, registry
from metrics.engine.components import count
from metrics.engine.marking import index_of, marking_of, needs
from metrics.engine.needs import EVENTS, Index
from metrics.engine.sources import FactSource
from metrics.kpis.calls import CALLS
from metrics.kpis.families import CALL_CENTRE
from metrics.models import Mark
from tests.database import another_connection, as_owner
from tests.factories.telephony import CallFactory

VISITS = FactSource(
    key="visit",
    number=90,
    label="visits",
    family=CALL_CENTRE,
    imports=("interactions",),
    table="customers_interaction",
    day="f.day",
    channel="f.channel",
    components=(count("visits", "f.is_contact"),),
)
TRIGGERS = [f"visit_mark_{event}" for event in EVENTS]


def execute(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def definition_of(index: str) -> str:
    ((found,),) = execute(f"SELECT pg_get_indexdef('{index}'::regclass)")
    return str(found)


@pytest.mark.django_db
@pytest.mark.usefixtures("as_owner")
class TestInstalling:
    def test_after_the_migrations_everything_is_in_place(self) -> None:
        assert installing.install() == []
        stored = installing_triggers.stored_triggers()
        assert {name for _table, name in stored} == {each.name(event) for each in needs().markings for event in EVENTS}
        ((left,),) = execute(r"SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'customers\_%\_mark\_%'")
        assert left == 0

    def test_a_new_source_gets_triggers_and_an_index_and_loses_them_when_it_goes(self) -> None:
        with registry.registered(VISITS):
            assert installing.install() == [*TRIGGERS, "visit_cell"]
            assert installing.install() == []
        assert sorted(installing.install()) == sorted([*TRIGGERS, "visit_cell"])
        assert execute("SELECT to_regclass('visit_cell')") == [(None,)]

    def test_another_watched_column_replaces_the_triggers_and_leaves_the_index(self) -> None:
        with registry.registered(VISITS):
            installing.install()
        changed = replace(VISITS, components=(count("long", "f.duration_s > 600"),))
        with registry.registered(changed):
            assert installing.install() == TRIGGERS

    def test_another_dimension_replaces_the_index_too(self) -> None:
        with registry.registered(VISITS):
            installing.install()
        with registry.registered(replace(VISITS, tier="0")):
            assert installing.install() == [*TRIGGERS, "visit_cell"]
        assert "tier" not in definition_of("visit_cell")

    def test_an_index_that_a_bulk_load_made_again_is_taken_for_what_it_is(self) -> None:
        definition = definition_of("call_cell")
        execute("DROP INDEX call_cell")
        execute(definition)
        assert installing.install() == []
        assert installing_indexes.stored_indexes(["call_cell"])["call_cell"].comment.endswith(index_of(CALLS).digest)

    def test_an_index_of_that_name_over_something_else_is_replaced(self) -> None:
        execute("DROP INDEX call_cell; CREATE INDEX call_cell ON customers_call (day)")
        assert installing.install() == ["call_cell"]
        assert "team_id" in definition_of("call_cell")

    def test_triggers_as_the_migration_had_made_them_are_replaced_in_place(self) -> None:
        for event in EVENTS:
            execute(f"DROP TRIGGER call_mark_{event} ON customers_call")
            execute(
                f"CREATE FUNCTION customers_call_mark_{event}() RETURNS trigger LANGUAGE plpgsql "
                "AS $$ BEGIN RAISE 'the old one'; END $$"
            )
            execute(
                f"CREATE TRIGGER customers_call_mark_{event} AFTER {event} ON customers_call "
                f"FOR EACH STATEMENT EXECUTE FUNCTION customers_call_mark_{event}()"
            )
        assert installing.install() == [f"call_mark_{event}" for event in EVENTS]
        CallFactory.create(entered_at=datetime(2026, 3, 2, tzinfo=UTC))
        assert Mark.objects.filter(source=CALLS.number).count() == 1

    def test_a_database_taken_back_to_an_older_state_is_left_alone(self) -> None:
        execute("DELETE FROM django_migrations WHERE app = 'metrics' AND name >= '0007'")
        execute("DROP INDEX call_cell")
        installing.install_after_migrate()
        assert execute("SELECT to_regclass('call_cell')") == [(None,)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
class TestBesideWriters:
    """A writer holds its row, uncommitted, on another connection while the declarations change."""

    @pytest.fixture
    def writer(self) -> Iterator[Any]:
        CallFactory.create(entered_at=datetime(2026, 3, 2, tzinfo=UTC))
        with another_connection() as other:
            other.execute("SET lock_timeout = '200ms'")
            other.execute("UPDATE customers_call SET waited_ms = 5")
            yield other
            other.rollback()

    @pytest.fixture(autouse=True)
    def as_it_was(self) -> Iterator[None]:
        yield
        with as_owner():
            installing.install()

    def test_a_changed_trigger_waits_for_nobody_and_nobody_for_it(self, writer: Any) -> None:
        changed = replace(marking_of(CALLS), insert="PERFORM 1")
        others = [each for each in needs().markings if each.key != "call"]
        assert installing_triggers.install_triggers([*others, changed]) == [f"call_mark_{event}" for event in EVENTS]
        writer.execute("UPDATE customers_call SET waited_ms = 6")

    def test_a_trigger_that_was_not_there_lets_writers_go_first(
        self, writer: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []
        monkeypatch.setattr(installing_triggers, "PATIENCE_S", 0)
        monkeypatch.setattr(installing_triggers, "NO_QUEUE", "SET LOCAL lock_timeout = '50ms'")

        def writer_ends(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:
                writer.rollback()

        monkeypatch.setattr(installing_triggers, "sleep", writer_ends)
        another = replace(marking_of(CALLS), key="call_too")
        installing_triggers.install_triggers([*needs().markings, another])
        assert len(waits) == 2
        assert ("customers_call", "call_too_mark_insert") in installing_triggers.stored_triggers()

    @pytest.mark.usefixtures("writer")
    def test_a_table_that_is_written_to_all_the_time_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(installing_triggers, "NO_QUEUE", "SET LOCAL lock_timeout = '10ms'")
        monkeypatch.setattr(installing_triggers, "sleep", lambda _seconds: None)
        another = replace(marking_of(CALLS), key="call_too")
        with pytest.raises(installing_triggers.TableBusy, match="written to all the time"):
            installing_triggers.install_triggers([*needs().markings, another])

    def test_what_fails_for_another_reason_is_not_tried_again(self) -> None:
        wrong = replace(marking_of(CALLS), key="call_too", table="no_such_table")
        with pytest.raises(Exception, match="no_such_table"):
            installing_triggers.install_triggers([*needs().markings, wrong])

    def test_an_index_is_built_while_the_old_one_serves(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []
        execute_as_before = installing_indexes._execute

        def note(statement: str) -> None:
            seen.append(statement)
            execute_as_before(statement)

        monkeypatch.setattr(installing_indexes, "_execute", note)
        changed = Index(name="call_cell", table="customers_call", columns="(day)")
        others = [each for each in needs().indexes if each.name != "call_cell"]
        assert installing_indexes.install_indexes([*others, changed]) == ["call_cell"]
        assert seen[:4] == [
            "DROP INDEX CONCURRENTLY IF EXISTS call_cell_new",
            "CREATE INDEX CONCURRENTLY call_cell_new ON customers_call (day)",
            "DROP INDEX CONCURRENTLY call_cell",
            "ALTER INDEX call_cell_new RENAME TO call_cell",
        ]
