from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q, QuerySet, Value
from pytest_django import DjangoAssertNumQueries

from crm.common.compiled import Compiled
from customers.models import Customer, Tier
from tests.conftest import NOON
from tests.factories.customers import CustomerFactory
from tests.threads import begin, end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def named(word: str, *, pk: int, at: Any) -> QuerySet[Customer]:
    """With all that a row can bring: its own, a relation's, an annotation."""
    found = Customer.objects.select_related("tier").filter(Q(pk=pk) | Q(pk=pk + 0), created_at__lte=at)
    return found.annotate(word=Value(word), twice=Value(pk))


@pytest.fixture
def built() -> list[str]:
    return []


@pytest.fixture
def asked(built: list[str]) -> Compiled[Customer]:
    def build(word: str, *, pk: int, at: Any) -> QuerySet[Customer]:
        built.append(word)
        return named(word, pk=pk, at=at)

    return Compiled(build)


def test_it_is_built_once_for_each_key_and_asked_with_each_value(
    asked: Compiled[Any], built: list[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    gold = Tier.objects.get(key="gold")
    one, other = CustomerFactory.create(name="Ada", tier=gold), CustomerFactory.create(name="Bo")
    with django_assert_num_queries(3):
        (ada,) = asked.rows("a", pk=one.pk, at=NOON + timedelta(hours=1))
        (bo,) = asked.rows("a", pk=other.pk, at=NOON + timedelta(hours=1))
        (again,) = asked.rows("b", pk=one.pk, at=NOON + timedelta(hours=1))
        assert (ada.name, ada.tier, ada.word, ada.twice) == ("Ada", gold, "a", one.pk)
        assert (bo.name, bo.tier, bo.word, bo.twice) == ("Bo", None, "a", other.pk)
        assert (again.name, again.word) == ("Ada", "b")
    assert built == ["a", "b"]
    assert asked.rows("a", pk=one.pk, at=NOON - timedelta(days=1)) == []
    assert asked.rows("a", pk=0, at=NOON) == []


def test_rows_are_the_same_as_the_querysets(asked: Compiled[Any]) -> None:
    customer = CustomerFactory.create(tier=Tier.objects.get(key="gold"))
    asked.rows("a", pk=0, at=NOON)
    (found,) = asked.rows("a", pk=customer.pk, at=NOON)
    expected = named("a", pk=customer.pk, at=NOON).get()
    assert {**vars(found), "_state": 0} == {**vars(expected), "_state": 0}
    assert vars(found._state) == vars(expected._state)


def test_what_can_have_no_rows_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    nobody = Compiled(lambda *, pk: Customer.objects.none().filter(pk=pk))
    with django_assert_num_queries(0):
        assert nobody.rows(pk=1) == nobody.rows(pk=2) == []


def test_a_value_that_the_query_does_not_ask_with_is_a_fault() -> None:
    deaf = Compiled(lambda **_values: Customer.objects.all())
    with pytest.raises(AssertionError, match="every value"):
        deaf.rows(pk=1)


def test_another_thread_asks_by_its_own_connection(asked: Compiled[Any]) -> None:
    """Which does not see the customer that only this transaction has."""
    customer, seen = CustomerFactory.create(), list[Any]()

    assert asked.rows("a", pk=customer.pk, at=NOON) == [customer]
    end(begin(lambda: seen.append(asked.rows("a", pk=customer.pk, at=NOON))))
    assert seen == [[]]
