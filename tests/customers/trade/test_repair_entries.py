from datetime import timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON, UserFor
from tests.customers.timelines import told
from tests.factories.customers import CustomerFactory
from tests.factories.trade import ProductFactory, RepairFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_an_open_one_is_told_once_and_a_closed_one_twice(user_for: UserFor) -> None:
    customer, kettle = CustomerFactory.create(), ProductFactory.create(name="Kettle")
    RepairFactory.create(customer=customer, number="R1", opened_at=NOON - timedelta(days=9), description="Leaks")
    RepairFactory.create(
        customer=customer, number="R2", product=kettle, opened_at=NOON - timedelta(days=8), under_warranty=True,
        closed_at=NOON - timedelta(days=5, hours=1), cost=Decimal("45.5"),
    )  # fmt: skip
    RepairFactory.create()
    entries = told(customer, user_for("sales"))
    assert [(entry.title, entry.notes, entry.text) for entry in entries] == [
        ("Repair of Kettle closed", ("R2", "took 2 days", "cost €45.50", "under warranty"), ""),
        ("Repair of Kettle opened", ("R2", "under warranty"), ""),
        ("Repair opened", ("R1",), "Leaks"),
    ]
    assert {entry.url for entry in entries} == {f"/customers/{customer.pk}/repairs/"}


def test_closed_at_once_it_was_opened_first_and_a_product_without_a_name_has_its_code(user_for: UserFor) -> None:
    product = ProductFactory.create(name="", code="K-1")
    repair = RepairFactory.create(number="R1", product=product, opened_at=NOON, closed_at=NOON)
    entries = told(repair.customer, user_for("sales"), kind="repairs")
    assert [(entry.title, entry.notes) for entry in entries] == [
        ("Repair of K-1 closed", ("R1", "within a day")),
        ("Repair of K-1 opened", ("R1",)),
    ]


@pytest.mark.parametrize("text", ["r-7", "leak", "kett", "k-1"])
def test_they_are_found_by_number_words_and_product(text: str, user_for: UserFor) -> None:
    customer, product = CustomerFactory.create(), ProductFactory.create(name="Kettle", code="K-1")
    RepairFactory.create(customer=customer, number="R-77", product=product, description="It leaks")
    RepairFactory.create(customer=customer, number="R8", description="Broken")
    assert [entry.notes for entry in told(customer, user_for("sales"), text=text)] == [("R-77",)]
