"""The triggers that mark changed facts, made and replaced without keeping a writer waiting."""

from collections.abc import Callable, Sequence
from time import sleep  # noqa: TID251 - for writers to come through between two tries

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from metrics.engine.needs import EVENTS, SIGN, Marking

ATTEMPTS, PATIENCE_S = 30, 1
NO_QUEUE = f"SET LOCAL lock_timeout = '{PATIENCE_S}s'"
ROWS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}
STORED = f"""
SELECT c.relname, t.tgname, split_part(obj_description(t.oid, 'pg_trigger'), ' ', 2)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND obj_description(t.oid, 'pg_trigger') LIKE '{SIGN} %'"""
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  {statement};
  RETURN NULL;
END $$"""
TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON {table} {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"""
COMMENT = "COMMENT ON TRIGGER {name} ON {table} IS '{sign} {digest}'"
REMOVE = "DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}()"

Stored = dict[tuple[str, str], str]


class TableBusy(OperationalError):
    """A trigger could not be put on a table: somebody has been writing to it for half a minute."""


def install_triggers(markings: Sequence[Marking]) -> list[str]:
    """Make what is missing, replace what differs, remove what nobody declares; returns the names touched."""
    stored = stored_triggers()
    wanted = {(each.table, each.name(event)): each for each in markings for event in EVENTS}
    touched = [place for place, each in wanted.items() if stored.get(place) != each.digest]
    for each in dict.fromkeys(wanted[place] for place in touched):
        _patiently(lambda each=each: _install(each, stored))  # type: ignore[misc]
    left_over = [place for place in stored if place not in wanted]
    for table, name in left_over:
        _patiently(lambda table=table, name=name: _remove(table, name))  # type: ignore[misc]
    return [name for _table, name in [*touched, *left_over]]


def stored_triggers() -> Stored:
    """(table, trigger) → the hash it was made under."""
    with connection.cursor() as cursor:
        cursor.execute(STORED)
        return {(table, name): digest for table, name, digest in cursor.fetchall()}


def _install(marking: Marking, stored: Stored) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NO_QUEUE)
        for event, statement in marking.statements.items():
            name = marking.name(event)
            cursor.execute(FUNCTION.format(name=name, statement=statement))
            if (marking.table, name) not in stored:
                _make(cursor, marking, event)
            cursor.execute(COMMENT.format(name=name, table=marking.table, sign=SIGN, digest=marking.digest))


def _make(cursor: CursorWrapper, marking: Marking, event: str) -> None:
    """In the place of the one that a migration had made before triggers came from declarations."""
    name, table = marking.name(event), marking.table
    cursor.execute(REMOVE.format(name=f"{table}_mark_{event}", table=table))
    cursor.execute(TRIGGER.format(name=name, event=event, table=table, rows=ROWS[event]))


def _remove(table: str, name: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NO_QUEUE)
        cursor.execute(REMOVE.format(name=name, table=table))


def _patiently(work: Callable[[], None]) -> None:
    """Once more while somebody writes to the table: those who come after them are not kept waiting behind us."""
    for _attempt in range(ATTEMPTS):
        try:
            return work()
        except OperationalError as error:
            if connection.in_atomic_block or "lock timeout" not in str(error):
                raise
            sleep(PATIENCE_S)
    raise TableBusy("KPI triggers could not be installed: a table of facts is being written to all the time.")
