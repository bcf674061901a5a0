from datetime import timedelta

import pytest
from django.db import connection

from bench import issues
from metrics.models import Issue
from tests.conftest import NOON
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory


@pytest.mark.django_db(transaction=True)
def test_the_floor_leaves_nothing_behind_and_the_rebuild_is_held_against_it() -> None:
    customer = CustomerFactory.create()
    for days in (0, 1, 30):
        InteractionFactory.create(customer=customer, occurred_at=NOON - timedelta(days=days), direction="in")
    found = issues.measure(repeat=1)
    assert (found["full"]["contacts"], found["full"]["issues"], Issue.objects.count()) == (3, 2, 2)
    assert found["full"]["goal_ratio"] == 2.0
    assert found["changed"]["changes"] == 3
    assert "bench_chains" not in connection.introspection.table_names()
