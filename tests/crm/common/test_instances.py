from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet, Value
from pytest_django import DjangoAssertNumQueries

from crm.common.days import today
from crm.common.instances import made_quickly
from customers.models import Customer, CustomerFigures, Tier
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def shown() -> QuerySet[Any]:
    rows = Customer.objects.select_related("tier", "owner__team", "team", "figures").annotate(word=Value("x"))
    return rows.order_by("pk")


def said(instance: Any) -> dict[str, Any]:
    """All that an instance holds, with what it is related to."""
    state = instance._state
    near = {name: other and said_of(other) for name, other in state.fields_cache.items()}
    return {**vars(instance), "_state": (state.adding, state.db, near)}


def said_of(other: Any) -> dict[str, Any]:
    return {**vars(other), "_state": sorted(other._state.fields_cache)}


@pytest.fixture(autouse=True)
def customers() -> None:
    team, gold = TeamFactory.create(), Tier.objects.get(key="gold")
    owner = UserFactory.create(team=team, list_settings={"a": [1]})
    for name in ("Ada", "Bo"):
        CustomerFactory.create(name=name, tier=gold, owner=owner, team=team, provenance={"name": 1})
    CustomerFactory.create(name="Cy", tier=None, owner=None, team=None)
    CustomerFigures.objects.update_or_create(
        customer=Customer.objects.get(name="Ada"), defaults={"revenue": Decimal("1.50"), "as_of": today()}
    )


def test_they_are_as_django_makes_them(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        quick, expected = list(made_quickly(shown())), list(shown())
        assert quick == expected
        assert [said(one) for one in quick] == [said(one) for one in expected]
        assert [type(one) for one in quick] == [Customer] * 3
        assert quick[0].figures.customer is quick[0]


def test_what_rows_have_in_common_is_made_once() -> None:
    ada, bo, cy = made_quickly(shown())
    assert ada.tier is bo.tier
    assert (ada.owner is bo.owner, ada.owner.team == ada.team, cy.owner) == (True, True, None)


def test_what_was_not_asked_for_is_fetched_when_it_is_read(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        few = Customer.objects.select_related("tier").only("name", "tier__name").order_by("pk")
        ada = made_quickly(few)[0]
        assert (ada.name, ada.tier.name) == ("Ada", "Gold")
    with django_assert_num_queries(2):
        assert (ada.provenance, ada.tier.key) == ({"name": 1}, "gold")


def test_one_that_was_changed_is_saved_as_any() -> None:
    ada = made_quickly(shown())[0]
    ada.city = "Ulm"
    ada.save(update_fields=["city"])
    assert Customer.objects.filter(city="Ulm").get() == ada


def test_rows_that_are_no_instances_stay_what_they_are() -> None:
    assert list(made_quickly(shown().values_list("name", flat=True))) == ["Ada", "Bo", "Cy"]
