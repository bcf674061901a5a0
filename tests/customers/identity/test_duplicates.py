from typing import Any

import pytest

from customers.identity.duplicates import LIMIT, duplicates
from customers.models import Customer
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory

pytestmark = pytest.mark.django_db


def found(**typed: str) -> list[tuple[str, list[str], bool]]:
    customers = duplicates(customers=Customer.objects.all(), **({"name": ""} | typed))
    return [(one.customer.name, [str(reason) for reason in one.reasons], one.shares_point) for one in customers]


@pytest.fixture
def acme() -> Customer:
    customer = CustomerFactory.create(name="Acme Trading", link_key="tax:DE811193231")
    ContactPointFactory.create(customer=customer, raw="info@acme.example")
    ContactPointFactory.create(customer=customer, kind="phone", raw="49301234567")
    CustomerFactory.create(name="Somebody Else")
    return customer


@pytest.mark.parametrize(
    ("typed", "reasons", "shares"),
    [
        ({"tax_id": "de 811.193-231"}, ["same tax ID"], False),
        ({"email": " INFO@acme.example "}, ["same e-mail"], True),
        ({"phone": "030 1234567"}, ["same phone"], True),
        ({"name": "ACME Tradng"}, ["similar name"], False),
        ({"name": "acme trading", "phone": "+49 30 1234567", "email": "info@acme.example", "tax_id": "DE811193231"},
         ["same tax ID", "same e-mail", "same phone", "similar name"], True),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("acme")
def test_each_thing_in_common_is_a_reason(typed: dict[str, str], reasons: list[str], shares: bool) -> None:
    assert found(**typed) == [("Acme Trading", reasons, shares)]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name": "Acme"},  # begins alike, and is not alike
        {"name": "!!!"},
        {"name": "王"},
        {"tax_id": "n/a"},
        {"email": "49301234567"},
        {"phone": "withheld"},
        {"phone": "info@acme.example"},
    ],
)
@pytest.mark.usefixtures("acme")
def test_nothing_in_common_finds_nobody(typed: dict[str, str]) -> None:
    ContactPointFactory.create(raw="none", normalised="")
    ContactPointFactory.create(kind="phone", raw="none", normalised="")
    assert found(**typed) == []


@pytest.mark.parametrize(
    ("name", "typed"), [("上海贸易有限公司", "上海貿易有限公司"), ("Müller Söhne", "muller sohne")]
)
def test_names_are_alike_without_accents_and_but_for_a_character(name: str, typed: str) -> None:
    CustomerFactory.create(name=name)
    assert found(name=typed) == [(name, ["similar name"], False)]


def test_a_customer_is_found_through_its_contact_and_named_once() -> None:
    contact = ContactFactory.create(customer=CustomerFactory.create(name="Acme"))
    for point in (None, contact):
        ContactPointFactory.create(customer=contact.customer, contact=point, raw="a@x.example")
    assert found(email="a@x.example") == [("Acme", ["same e-mail"], True)]


def test_most_in_common_goes_first_then_the_stronger_reason_then_the_elder() -> None:
    names = ("elder", "younger", "tax", "both", "mail")
    elder, younger, _tax, both, mail = (
        CustomerFactory.create(name=name, link_key="tax:DE12345" if name == "tax" else None) for name in names
    )
    for customer in (younger, elder, both):
        ContactPointFactory.create(customer=customer, kind="phone", raw="49301234567")
    for customer in (mail, both):
        ContactPointFactory.create(customer=customer, raw="a@x.example")
    typed = {"tax_id": "DE12345", "email": "a@x.example", "phone": "030 1234567"}
    assert [name for name, _reasons, _shares in found(**typed)] == ["both", "tax", "mail", "elder", "younger"]


@pytest.mark.parametrize("kind", ["name", "email", "phone"])
def test_five_at_most(kind: str) -> None:
    typed = {"name": "Acme", "email": "a@x.example", "phone": "49301234567"}
    for _ in range(LIMIT + 1):
        customer = CustomerFactory.create(name="Acme")
        if kind != "name":
            ContactPointFactory.create(customer=customer, kind=kind, raw=typed[kind])
    assert len(found(**{kind: typed[kind].replace("4930", "030 ")})) == LIMIT == 5


@pytest.mark.usefixtures("acme")
def test_only_among_the_customers_asked_about_in_two_queries(django_assert_num_queries: Any) -> None:
    asked: dict[str, Any] = {"name": "Acme Trading", "phone": "030 1234567"}
    assert duplicates(customers=Customer.objects.none(), **asked) == []
    with django_assert_num_queries(2):  # the candidates, the customers
        [one] = duplicates(customers=Customer.objects.all(), **asked)
        assert one.customer.tier is None
