"""Tiers are not decided in the middle of an import's chunk, whose facts would keep the tiers of before."""

import pytest
from django.db import OperationalError, connection

from customers.importing.frame import IMPORT_LOCK
from customers.tiers.tiering import retier
from tests.database import another_connection
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_retier_waits_for_the_chunk() -> None:
    CustomerFactory.create()
    with another_connection() as chunk:
        chunk.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError):
            retier()
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    assert retier().customers == 1
