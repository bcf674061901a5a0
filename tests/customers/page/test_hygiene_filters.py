"""Customers behind a number of the hygiene, and the others."""

from typing import Any

import pytest

from crm.common.lists.fields import Field, holds
from crm.common.lists.options import Asking
from customers.identity.hygiene.following import refresh_hygiene
from customers.models import Customer
from customers.page.hygiene_filters import HYGIENE, SOURCE
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory

pytestmark = pytest.mark.django_db


def found(field: Field, op: str, *value: str) -> Any:
    return Customer.objects.filter(holds(field, op, value, Asking(user=None)))


def test_who_has_it_and_who_has_not_are_everybody() -> None:
    clean, other = CustomerFactory.create(city="Bonn"), CustomerFactory.create()
    system = SourceRecordFactory.create(customer=clean).system
    refresh_hygiene()
    for field, value, one, rest in ((HYGIENE, "city-complete", other, clean), (SOURCE, str(system.pk), clean, other)):
        assert list(found(field, "is", value)) == [one]
        assert list(found(field, "is_not", value)) == [rest]
    assert list(found(SOURCE, "is", "0")) == [other]


@pytest.mark.parametrize(("field", "value"), [(HYGIENE, "city-complete"), (SOURCE, "1")])
def test_who_has_it_not_is_asked_by_an_anti_join(field: Field, value: str) -> None:
    """`NOT IN` is quadratic where its rows are too many to hash."""
    said = str(found(field, "is_not", value).query)
    assert "NOT (EXISTS(" in said
    assert " IN (SELECT" not in said
