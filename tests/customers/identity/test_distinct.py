import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.identity import distinct
from customers.identity.distinct import CITY, INDUSTRY, values_with
from tests.factories.customers import CustomerFactory
from tests.plans import indexes, nodes

pytestmark = pytest.mark.django_db
INSIDE = "strpos(value, %s) > 0"
SEARCHED = "strpos(crm_norm(value), crm_norm(%s)) > 0"


def test_each_value_once_of_those_that_fit() -> None:
    for industry in ("food", "", "wood", "food", "ore"):
        CustomerFactory.create(industry=industry)
    assert values_with(INDUSTRY, fits=INSIDE, text="oo") == ["food", "wood"]
    assert values_with(INDUSTRY, fits=INSIDE, text="x") == []


def test_nobody_is_in_no_city_and_cities_are_told_as_they_were_typed() -> None:
    assert values_with(CITY, fits=SEARCHED, text="k") == []
    CustomerFactory.create(city="Köln-Süd")
    CustomerFactory.create(city="KOLN Sued")
    assert values_with(CITY, fits=SEARCHED, text="koln s") == ["KOLN Sued", "Köln-Süd"]


def test_of_too_many_values_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for industry in ("food", "wood", "ore"):
        CustomerFactory.create(industry=industry)
    monkeypatch.setattr(distinct, "MOST", 2)
    assert values_with(INDUSTRY, fits=INSIDE, text="ore") is None
    monkeypatch.setattr(distinct, "MOST", 3)
    assert values_with(INDUSTRY, fits=INSIDE, text="ore") == ["ore"]


@pytest.mark.parametrize(("value", "index"), [(INDUSTRY, "customer_by_industry"), (CITY, "customer_city_by_tier")])
def test_it_goes_by_steps_along_an_index(value: str, index: str) -> None:
    CustomerFactory.create()
    with CaptureQueriesContext(connection) as asked:
        values_with(value, fits=INSIDE, text="x")
    with connection.cursor() as planner:
        planner.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
    assert indexes(nodes(asked.captured_queries[0]["sql"])) == {index}
