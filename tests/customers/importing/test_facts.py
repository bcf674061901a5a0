from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from customers.importing.facts import Facts

pytestmark = pytest.mark.django_db
Row = tuple[int, str | None, int | None, str]
NOTES = Facts(
    "note",
    {"text": "upper(k.text)", "group": "g.id"},
    joins="LEFT JOIN kind g ON g.name = k.kind",
    once={"made": "'by ' || k._key"},
)
OLD: list[Row] = [(1, "one", 7, "before"), (2, "two", 7, "before"), (3, "three", 7, "before")]


@pytest.fixture
def cursor() -> Iterator[CursorWrapper]:
    """Notes 1 to 3 stand there."""
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TEMP TABLE note (id bigint PRIMARY KEY, text text, "group" int, made text) ON COMMIT DROP;'
            "CREATE TEMP TABLE kind (id int, name text) ON COMMIT DROP;"
            "CREATE TEMP TABLE imp_keys (_key text, _action text, _old_object bigint, _object bigint, text text,"
            " kind text) ON COMMIT DROP;"
            "INSERT INTO kind VALUES (8, 'letter')"
        )
        cursor.executemany("INSERT INTO note VALUES (%s, %s, %s, %s)", OLD)
        yield cursor


def after(cursor: CursorWrapper, *keys: tuple[str, str, int | None, int | None, str | None, str]) -> list[Row]:
    cursor.executemany("INSERT INTO imp_keys VALUES (%s, %s, %s, %s, %s, %s)", keys)
    NOTES(cursor)
    cursor.execute("SELECT * FROM note ORDER BY id")
    return cursor.fetchall()


def test_the_new_are_made_and_the_changed_are_changed(cursor: CursorWrapper) -> None:
    assert after(
        cursor,
        ("a", "created", None, 4, "four", "letter"),
        ("b", "created", None, 5, None, "none"),
        ("c", "updated", 2, 2, "zwei", "letter"),
    ) == [OLD[0], (2, "ZWEI", 8, "before"), OLD[2], (4, "FOUR", 8, "by a"), (5, None, None, "by b")]


def test_a_new_record_of_a_row_that_stands_there_changes_the_row(cursor: CursorWrapper) -> None:
    assert after(cursor, ("a", "created", 1, 1, None, "")) == [(1, None, None, "before"), *OLD[1:]]


@pytest.mark.parametrize("action", ["unchanged", "parked", "rejected"])
def test_what_is_not_to_be_written_is_not(cursor: CursorWrapper, action: str) -> None:
    assert after(cursor, ("a", action, 1, 1, "x", ""), ("b", action, None, 4, "x", "")) == OLD


def test_nothing_to_write_writes_nothing(cursor: CursorWrapper) -> None:
    assert after(cursor) == OLD


def test_what_a_row_keeps_an_update_leaves(cursor: CursorWrapper) -> None:
    cursor.execute("ALTER TABLE note ADD COLUMN kept text[] NOT NULL DEFAULT '{}'")
    cursor.execute("UPDATE note SET kept = '{text}' WHERE id = 1")
    keys = [("a", "updated", number, number, "new", "letter") for number in (1, 2)]
    cursor.executemany("INSERT INTO imp_keys VALUES (%s, %s, %s, %s, %s, %s)", keys)
    replace(NOTES, kept="kept")(cursor)
    cursor.execute('SELECT id, text, "group" FROM note ORDER BY id')
    assert cursor.fetchall() == [(1, "one", 8), (2, "NEW", 8), (3, "three", 7)]
