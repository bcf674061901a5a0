import pytest
from django.db import connection

from tests import plans
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory

pytestmark = pytest.mark.django_db


def owner(value: str | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM crm_point_owner(%s::text)", [value])
        return [pk for (pk,) in cursor.fetchall()]


def test_it_is_whose_who_alone_has_it() -> None:
    alone, other = CustomerFactory.create_batch(2)
    ContactPointFactory.create(customer=alone, raw="sales@alone.example")
    ContactPointFactory.create(customer=alone, kind="phone", raw="+49 40 123")
    ContactPointFactory.create(customer=other, kind="phone", raw="+49 40 124")
    ContactPointFactory.create(customer=alone, kind="phone", raw="+49 40 124")
    assert owner("sales@alone.example") == [alone.pk]
    assert owner("4940123") == [alone.pk]
    assert owner("4940124") == []
    assert owner("nobody@alone.example") == []


def test_having_it_twice_is_having_it_alone() -> None:
    twice = CustomerFactory.create()
    for record in (None, SourceRecordFactory.create(customer=twice)):
        ContactPointFactory.create(customer=twice, raw="sales@twice.example", source_record=record)
    assert owner("sales@twice.example") == [twice.pk]


def test_an_address_and_an_empty_value_belong_to_nobody() -> None:
    customer = CustomerFactory.create()
    ContactPointFactory.create(customer=customer, kind="address", raw="Main Street 1")
    ContactPointFactory.create(customer=customer, kind="phone", raw="no digits", normalised="")
    assert owner("main street 1") == []
    assert owner("") == []
    assert owner(None) == []


@pytest.mark.usefixtures("tidy_tables")
def test_many_values_are_many_index_probes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_contactpoint (customer_id, kind, raw, normalised)"
            " SELECT %s, 'phone', '', '49' || i FROM generate_series(1, 3000) i;"
            " SELECT crm_analyse('customers_contactpoint')",
            [CustomerFactory.create().pk],
        )
    plan = plans.nodes(
        "SELECT v, o.customer_id FROM (VALUES ('491'), ('492')) x (v) LEFT JOIN LATERAL crm_point_owner(x.v) o ON true"
    )
    assert not plans.calls(plan, "crm_point_owner")
    assert plans.indexes(plan) == {"contact_point_exact"}
