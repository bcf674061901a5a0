from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.identity.visiting import record_visit
from customers.models import Visit
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


def test_the_last_visit_is_kept_one_a_user_and_customer(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    (ann, bob), (acme, zenith) = UserFactory.create_batch(2), CustomerFactory.create_batch(2)
    with django_assert_num_queries(1):
        record_visit(user=ann, customer=acme, now=NOW)
    record_visit(user=ann, customer=zenith, now=NOW)
    record_visit(user=bob, customer=acme, now=NOW)
    record_visit(user=ann, customer=acme, now=NOW + timedelta(hours=1))
    assert set(Visit.objects.values_list("user", "customer", "at")) == {
        (ann.pk, acme.pk, NOW + timedelta(hours=1)), (ann.pk, zenith.pk, NOW), (bob.pk, acme.pk, NOW),
    }  # fmt: skip


@pytest.mark.parametrize(("later_s", "kept_s"), [(59, 0), (60, 60), (-5, 0)])
def test_looking_again_at_once_writes_nothing(later_s: int, kept_s: int) -> None:
    ann, acme = UserFactory.create(), CustomerFactory.create()
    record_visit(user=ann, customer=acme, now=NOW)
    record_visit(user=ann, customer=acme, now=NOW + timedelta(seconds=later_s))
    assert Visit.objects.get().at == NOW + timedelta(seconds=kept_s)


def test_a_customer_who_is_gone_meanwhile_is_visited_by_nobody() -> None:
    ann, acme = UserFactory.create(), CustomerFactory.create()
    type(acme).objects.filter(pk=acme.pk).delete()
    record_visit(user=ann, customer=acme, now=NOW)
    assert not Visit.objects.exists()
