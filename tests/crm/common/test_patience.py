import pytest
from django.db import DataError, connection, transaction

from crm.common.patience import TookTooLong, at_most, rows_within

pytestmark = pytest.mark.django_db


def ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_takes_too_long_is_given_up_and_the_rest_goes_on() -> None:
    with pytest.raises(TookTooLong), at_most(0.01):
        ask("SELECT pg_sleep(60)")
    with at_most(60):
        ask("SELECT 1")
    with pytest.raises(DataError), at_most(60):
        ask("SELECT 1 / 0")
    ask("SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_so_is_a_statement_that_brings_its_patience_along() -> None:
    assert rows_within(60, "SELECT current_setting('statement_timeout'), %s", [1]) == [("1min", 1)]
    assert rows_within(None, "SELECT current_setting('statement_timeout')", []) != [("1min",)]
    with pytest.raises(TookTooLong):
        rows_within(0.01, "SELECT pg_sleep(60)", [])
    with pytest.raises(DataError):
        rows_within(60, "SELECT 1 / 0", [])
    with transaction.atomic(), pytest.raises(TookTooLong):
        rows_within(0.01, "SELECT pg_sleep(60)", [])
    ask("SELECT 1")
