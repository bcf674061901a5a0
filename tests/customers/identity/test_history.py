import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from crm.common.audit.acting import acting
from customers.identity import history
from customers.identity.history import changes
from customers.models import Customer, Tier
from tests.conftest import NOON, UserFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
Told = list[tuple[str, str, list[tuple[str, str, str]]]]


def told(customer: Customer) -> Told:
    customer.refresh_from_db()
    return [(change.who, change.what, change.fields) for change in changes(customer)]


def change(customer: Customer, **fields: object) -> None:
    Customer.objects.filter(pk=customer.pk).update(**fields)


def test_each_change_stands_between_the_one_before_and_the_one_after(
    user_for: UserFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer, other = CustomerFactory.create(name="First"), CustomerFactory.create()
    change(customer, name="Second", kind="person")
    with acting(user=user_for("sales").pk):
        change(customer, birth_date="1990-01-02")
        change(other, name="Another")
    customer.refresh_from_db()
    with django_assert_num_queries(2):
        changes(customer)
    assert told(customer) == [
        ("Sales", "", [("date of birth", "", "1990-01-02")]),
        ("", "", [("name", "First", "Second"), ("kind", "organization", "person")]),
        ("", "Created", []),
    ]


def test_what_no_source_says_of_it_is_no_change() -> None:
    customer = CustomerFactory.create()
    change(customer, tier=Tier.objects.get(key="gold"), last_contact_at=NOON, provenance={"name": 1})
    change(customer, city=customer.city)
    assert told(customer) == [("", "Created", [])]


def test_fields_are_called_as_the_reader_calls_them() -> None:
    customer = CustomerFactory.create(city="Rome")
    change(customer, city="")
    with translation.override("zh-hans"):
        assert told(customer) == [("", "", [("城市", "Rome", "")]), ("", "新建", [])]


def test_of_very_many_the_newest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LIMIT", 2)
    customer = CustomerFactory.create(name="0")
    for number in ("1", "2", "3"):
        change(customer, name=number)
    assert [fields for _who, _what, fields in told(customer)] == [[("name", "2", "3")], [("name", "1", "2")]]


def test_whose_a_customer_was_is_told_by_name(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    customer, team = CustomerFactory.create(), TeamFactory.create(name="North")
    for name in ("Ada", "Bea", "Cleo"):
        change(customer, owner=UserFactory.create(name=name), team=team)
    customer = Customer.objects.select_related("owner", "team").get()
    with django_assert_num_queries(1):
        found = changes(customer)
    assert [one.fields for one in found] == [
        [("owner", "Bea", "Cleo")], [("owner", "Ada", "Bea")], [("owner", "", "Ada"), ("team", "", "North")], [],
    ]  # fmt: skip
