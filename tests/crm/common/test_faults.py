"""What is kept of an error names nobody."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from crm.common.faults import said

pytestmark = pytest.mark.django_db


def fault_of(sql: str) -> Exception:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE people (id int PRIMARY KEY, name varchar(10) NOT NULL, born date)")
        cursor.execute("INSERT INTO people VALUES (1, 'Ada', '1815-12-10')")
        cursor.execute("ALTER TABLE people ADD CONSTRAINT people_born CHECK (born < '1900-01-01')")
        with pytest.raises((DataError, IntegrityError)) as caught, transaction.atomic():
            cursor.execute(sql)
    return caught.value


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("INSERT INTO people VALUES (1, 'Ada')", 'duplicate key value violates unique constraint "people_pkey"'),
        ("INSERT INTO people VALUES (2, 'Ada', '1999-01-01')", "people_born"),
        ("UPDATE people SET name = NULL", 'null value in column "name"'),
        ("UPDATE people SET born = 'Ada'::text::date", "invalid input syntax for type date"),
        ("UPDATE people SET name = 'Ada Lovelace'", "value too long for type character varying(10)"),
    ],
)
def test_of_the_database_it_says_what_is_violated_and_no_row(sql: str, words: str) -> None:
    error = fault_of(sql)
    assert words in said(error)
    assert not any(part in said(error) for part in ("Ada", "1815", "1999", "DETAIL", "(1)"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("Ada"), "…"),
        (ValueError("could not convert “Ada” to a number"), "could not convert … to a number"),
        (ValueError("it isn't one, and doesn't say why"), "it isn't one, and doesn't say why"),
        (ValueError("What is this?\nAda"), "What is this?"),
        (ValueError("a\0b"), "a␀b"),
    ],
)
def test_of_others_what_they_quote_is_left_out(error: Exception, words: str) -> None:
    assert said(error) == words
