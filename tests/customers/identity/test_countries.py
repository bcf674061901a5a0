import pytest

from customers.identity.countries import countries
from customers.models import Customer
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_without_customers_and_where_none_says_there_are_none() -> None:
    assert countries() == []
    CustomerFactory.create(country="")
    assert countries() == []


def test_each_is_named_once_in_order_and_nowhere_is_none() -> None:
    for country in ("FR", "DE", "", "FR", "中国", "AT", "DE", ""):
        CustomerFactory.create(country=country)
    assert countries() == ["AT", "DE", "FR", "中国"]


def test_changed_and_gone_ones_are_not_kept() -> None:
    first, second = CustomerFactory.create(country="DE"), CustomerFactory.create(country="FR")
    first.country = "IT"
    first.save()
    second.delete()
    assert countries() == ["IT"]


def test_of_more_than_anybody_would_choose_from_the_first_are_named() -> None:
    names = [f"C{number:03d}" for number in range(301)]
    Customer.objects.bulk_create([Customer(name="Acme", country=name) for name in reversed(names)])
    assert countries() == names[:300]
