import pytest
from django.db import DataError, connection

from crm.common.patience import TookTooLong, at_most

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
