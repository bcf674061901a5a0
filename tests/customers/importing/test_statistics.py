import pytest
from django.db import connection

from customers.importing.statistics import OF_A_CHUNK, refresh_statistics
from customers.models import Product
from tests.factories.importing import SourceSystemFactory

pytestmark = pytest.mark.django_db


def planned_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'customers_product'::regclass")
        return int(cursor.fetchone()[0])


def believed_empty() -> None:
    """What the planner believed of an earlier test's rows outlives their rollback."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_analyse('customers_product')")


def test_a_table_that_grew_in_this_transaction_is_analysed() -> None:
    shop = SourceSystemFactory.create()
    believed_empty()
    with connection.cursor() as cursor:
        Product.objects.bulk_create(Product(system=shop, code=f"p{number}") for number in range(700))
        assert "customers_product" in refresh_statistics(cursor)
        assert planned_rows() == 700
        assert "customers_product" not in refresh_statistics(cursor)


def test_a_table_is_read_thoroughly_although_a_chunk_s_own_tables_are_not() -> None:
    shop = SourceSystemFactory.create()
    believed_empty()
    Product.objects.bulk_create(
        Product(system=shop, code=f"p{number}", name=f"one of {number % 8}") for number in range(700)
    )
    with connection.cursor() as cursor:
        cursor.execute(OF_A_CHUNK)
        refresh_statistics(cursor)
        cursor.execute(
            "SELECT cardinality(most_common_freqs) FROM pg_stats"
            " WHERE tablename = 'customers_product' AND attname = 'name'"
        )
        assert cursor.fetchone() == (8,)
        cursor.execute("SHOW default_statistics_target")
        assert cursor.fetchone() == ("2",)
