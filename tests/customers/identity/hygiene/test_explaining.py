"""Why a value is not clean."""

from datetime import date
from typing import Any

import pytest

from customers.identity.hygiene.explaining import why
from customers.identity.hygiene.fields import FAULTS, POINTS, VALID
from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "12345", "no letter"), ("tax_id", "91310000MA1FL0XK8Q", "Its check character is wrong"),
        ("tax_id", "123456789", "Stands for none"), ("email", "info@", "no e-mail address"),
        ("phone", "ring", "country code"),
        ("city", "test", "“test” is written"), ("country", "Absurdistan", "No country"),
        ("postcode", "1011", "this country: Germany"), ("language", "qq", "No language"),
        ("birth_date", date(1850, 1, 1), "before 1900"),
    ],
)  # fmt: skip
def test_it_says_what_is_the_matter(field: str, value: Any, says: str) -> None:
    assert says in why(FAULTS[f"{field}-valid"], CustomerFactory.build(**{field: value}))


def test_every_field_that_can_be_wrong_has_words() -> None:
    customer = CustomerFactory.build(**{point.field.key: "-" for point in POINTS if point.field.key != "customer"})
    assert [point.key for point in POINTS if point.dimension is VALID and not why(point, customer)] == []


def test_what_is_missing_says_itself_and_a_key_of_many_that_it_tells_nobody_apart() -> None:
    customer = CustomerFactory.build()
    assert why(FAULTS["city-complete"], customer) == why(FAULTS["customer-unique"], customer) == ""
    assert "More than 50 records" in why(FAULTS["phone-unique"], customer)


def test_the_mending_says_it_beside_the_field(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(postcode="1011")
    page = client_for("sales").get(f"/customers/hygiene/mend/postcode-valid/{customer.pk}/")
    assert "Postcodes look otherwise in this country: Germany." in page.content.decode()
