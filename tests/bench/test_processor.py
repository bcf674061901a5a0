import pytest
from django.db import connection

from bench.processor import backend, costed

pytestmark = pytest.mark.django_db


def busy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM generate_series(1, 200000) i WHERE md5(i::text) < '0'")


def test_the_backend_is_that_of_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    assert backend()[0] == pid


def test_work_of_the_database_is_counted_there() -> None:
    cost = costed(busy)
    assert cost.backend_s > cost.python_s
    assert cost.server_s >= cost.backend_s / 2
    assert cost.processor_s == round(cost.python_s + cost.backend_s, 2)
