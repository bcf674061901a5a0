import pytest
from django.db import connection

from bench.asking import Asked, figures, manager
from customers.models import Customer
from tests.conftest import NOON
from tests.factories.customers import CustomerFactory

STATISTICS = "SELECT null_frac FROM pg_stats WHERE tablename = 'customers_customer' AND attname = 'owner_id'"


@pytest.mark.django_db
def test_the_manager_owns_who_was_spoken_to_and_the_planner_knows() -> None:
    CustomerFactory.create()
    spoken_to = CustomerFactory.create(last_contact_at=NOON)
    user = manager()
    assert list(Customer.objects.filter(owner=user)) == [spoken_to]
    with connection.cursor() as cursor:
        cursor.execute(STATISTICS)
        assert cursor.fetchone() == (0.5,)
    CustomerFactory.create(last_contact_at=NOON)
    assert manager() == user
    assert list(Customer.objects.filter(owner=user)) == [spoken_to]


def test_figures_of_requests_are_their_median_and_the_slow_end() -> None:
    asked = [Asked(wall_ms=number, python_ms=number / 2, backend_ms=number / 4) for number in range(1, 101)]
    assert figures(asked) == {
        "requests": 100,
        "p50_ms": 50,
        "p95_ms": 95,
        "python_cpu_p50_ms": 25.0,
        "backend_cpu_p50_ms": 12.5,
        "backend_cpu_p95_ms": 23.8,
    }
