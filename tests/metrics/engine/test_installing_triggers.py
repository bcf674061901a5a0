"""Triggers run what was declared last, once a statement, and one that cannot be put in place is told."""

from dataclasses import replace

import pytest
from django.db import OperationalError, connection

from metrics.engine import installing_triggers
from metrics.engine.installing_triggers import install_triggers, stored_triggers
from metrics.engine.marking import marking_of, needs
from metrics.engine.needs import EVENTS, Marking
from metrics.kpis.calls import CALLS
from tests.database import another_connection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("things")]
NOTE = "INSERT INTO seen SELECT '{event}', count(*) FROM {rows}"
THING = Marking(
    key="thing",
    table="things",
    insert=NOTE.format(event="insert", rows="new_rows"),
    update="INSERT INTO seen SELECT 'update', (SELECT sum(id) FROM new_rows) - (SELECT sum(id) FROM old_rows)",
    delete=NOTE.format(event="delete", rows="old_rows"),
    truncate="INSERT INTO seen VALUES ('truncate', 0)",
)
NAMES = [f"thing_mark_{event}" for event in EVENTS]


def execute(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture
def things(as_owner: None) -> None:
    execute("CREATE TABLE things (id int); CREATE TABLE seen (event text, rows int)")


def install(*markings: Marking) -> list[str]:
    """Beside the product's."""
    return install_triggers([*needs().markings, *markings])


def functions() -> list[tuple[object, ...]]:
    return execute(r"SELECT proname FROM pg_proc WHERE proname LIKE 'thing\_mark\_%'")


def test_each_statement_runs_its_trigger_once_with_the_rows_it_touched() -> None:
    assert install(THING) == NAMES
    execute("INSERT INTO things VALUES (1), (2), (3)")
    execute("UPDATE things SET id = id + 10 WHERE id < 3")
    execute("DELETE FROM things WHERE id = 3")
    execute("TRUNCATE things")
    assert execute("SELECT * FROM seen") == [("insert", 3), ("update", 20), ("delete", 1), ("truncate", 0)]
    assert {name: stored_triggers()["things", name] for name in NAMES} == dict.fromkeys(NAMES, THING.digest)
    assert install(THING) == []


def test_another_statement_takes_the_place_of_the_one_before() -> None:
    install(THING)
    changed = replace(THING, insert="INSERT INTO seen VALUES ('changed', 0)")
    assert install(changed) == NAMES
    execute("INSERT INTO things VALUES (1)")
    assert execute("SELECT * FROM seen") == [("changed", 0)]
    assert install(changed) == []


def test_what_nobody_declares_any_more_goes_with_its_functions() -> None:
    install(THING)
    assert len(functions()) == len(EVENTS)
    assert sorted(install()) == sorted(NAMES)
    execute("INSERT INTO things VALUES (1)")
    assert (functions(), execute("SELECT * FROM seen")) == ([], [])


def test_inside_a_transaction_nobody_waits_for_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who write could not come through: our own locks would stand in their way."""
    waits: list[float] = []
    monkeypatch.setattr(installing_triggers, "NO_QUEUE", "SET LOCAL lock_timeout = '10ms'")
    monkeypatch.setattr(installing_triggers, "sleep", waits.append)
    with another_connection() as writer:
        writer.execute("LOCK customers_call IN ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"):
            install(replace(marking_of(CALLS), key="call_too"))
    assert waits == []
