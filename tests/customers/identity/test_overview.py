from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from customers.identity.overview import FACTS, Overview, find_customer, label_of, overview, point_list, with_sources
from customers.identity.survivorship import FIELDS
from customers.models import Customer, SourceRecord
from tests.conftest import UserFor
from tests.factories.accounts import UserFactory
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db


def found(customer: Customer) -> Customer:
    return with_sources(Customer.objects.annotate(point_list=point_list())).get(pk=customer.pk)


def record(customer: Customer, key: str, external_id: str, *, rank: int = 10, kind: str = "customers") -> SourceRecord:
    system = SourceSystemFactory.create(key=key, rank=rank)
    return SourceRecordFactory.create(system=system, external_id=external_id, kind=kind, customer=customer)


def test_every_field_a_source_gives_is_shown() -> None:
    assert {"name", *FACTS} == set(FIELDS)


def test_only_whoever_may_see_it_finds_a_customer(user_for: UserFor) -> None:
    customer, sales = CustomerFactory.create(), user_for("sales")
    assert find_customer(pk=customer.pk, user=sales) == customer
    assert find_customer(pk=customer.pk + 1, user=sales) is None
    assert find_customer(pk=customer.pk, user=AnonymousUser()) is None
    assert find_customer(pk=customer.pk, user=UserFactory.create()) is None


def test_its_sources_come_most_trusted_first() -> None:
    customer = CustomerFactory.create()
    record(CustomerFactory.create(), "other", "1")
    assert found(customer).sources == []  # type: ignore[attr-defined]
    for key, external_id, rank in (("shop", "2", 20), ("shop", "1", 20), ("erp", "9", 20), ("crm", "7", 30)):
        record(customer, key, external_id, rank=rank)
    contact = record(customer, "desk", "k1", rank=5, kind="contacts")
    sources = found(customer).sources  # type: ignore[attr-defined]
    assert {name: sources[0][name] for name in ("id", "kind", "system", "external_id")} == {
        "id": contact.pk, "kind": "contacts", "system": "Desk", "external_id": "k1",
    }  # fmt: skip
    assert [(source["system"], source["external_id"]) for source in sources[1:]] == [
        ("Erp", "9"), ("Shop", "1"), ("Shop", "2"), ("Crm", "7"),
    ]  # fmt: skip
    assert overview(found(customer)).systems == ["Desk", "Erp", "Shop", "Crm"]


def test_each_fact_is_known_since_its_record_says_it() -> None:
    customer = CustomerFactory.create(industry="Steel", region="Lazio", postcode="1")
    first, bare = record(customer, "erp", "1"), record(customer, "shop", "2")
    SourceRecord.objects.filter(pk=first.pk).update(value_times={"industry": "2026-11-03T10:00:00+00:00"})
    SourceRecord.objects.filter(pk=bare.pk).update(payload={"seen_at": "2026-11-04T10:00:00.000000"})
    customer.provenance = {"industry": first.pk, "kind": first.pk, "region": bare.pk}
    customer.save()
    since = {fact.label: fact.since for fact in overview(found(customer)).facts}
    assert since == {
        "industry": datetime(2026, 11, 3, 10, tzinfo=UTC), "kind": first.first_seen_at,
        "region": datetime(2026, 11, 4, 10, tzinfo=UTC), "postcode": None,
    }  # fmt: skip


def test_of_whom_nothing_is_known_there_is_the_kind(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    customer = found(CustomerFactory.create(country=""))
    with django_assert_num_queries(0):
        shown = overview(customer)
    assert [(fact.label, fact.value, fact.system) for fact in shown.facts] == [("kind", "organization", "")]
    assert shown == Overview(facts=shown.facts, points=[], systems=[])


def test_a_fact_names_the_system_that_won_where_it_is_known() -> None:
    customer = CustomerFactory.create(
        kind="person", tax_id="1", industry="toys", language="de", birth_date=date(1990, 1, 2), email="a@b.c"
    )
    shop = record(customer, "shop", "1")
    Customer.objects.update(
        provenance={"kind": shop.pk, "industry": shop.pk, "birth_date": shop.pk + 1, "phone": shop.pk}
    )
    told = [(fact.label, fact.value, fact.system) for fact in overview(found(customer)).facts]
    assert told == [
        ("kind", "person", "Shop"),
        ("tax ID", "1", ""),  # nobody noted who said so
        ("industry", "toys", "Shop"),
        ("language", "German", ""),
        ("date of birth", date(1990, 1, 2), ""),  # the record has gone
    ]


def test_points_that_the_head_does_not_say_each_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    customer = CustomerFactory.create(email="first@acme.example", phone="030 / 1")
    shop, desk = record(customer, "shop", "1"), record(customer, "desk", "1")
    for raw, source in (("Info@acme.example", shop), ("info@acme.example", desk), ("typed@acme.example", None)):
        ContactPointFactory.create(customer=customer, raw=raw, source_record=source)
    for raw, source in (("first@acme.example", shop), ("First@Acme.example", desk)):
        ContactPointFactory.create(customer=customer, raw=raw, source_record=source)
    for raw, source in (("030 / 1", shop), ("+49 (0)30 1", desk)):
        ContactPointFactory.create(customer=customer, kind="phone", raw=raw, normalised="49301", source_record=source)
    ContactPointFactory.create(customer=customer, kind="address", raw="Main Street 1", normalised="info@acme.example")
    ContactPointFactory.create(customer=customer, contact=ContactFactory.create(customer=customer))
    ContactPointFactory.create(raw="other@acme.example")
    with django_assert_num_queries(1):
        points = overview(found(customer)).points
    assert [(point.kind, point.label, point.raw, point.systems) for point in points] == [
        ("address", "address", "Main Street 1", ()),
        ("email", "e-mail", "Info@acme.example", ("Shop", "Desk")),
        ("email", "e-mail", "typed@acme.example", ()),
    ]


def test_fields_are_called_as_the_reader_calls_them() -> None:
    with translation.override("zh-hans"):
        assert [label_of(name) for name in ("name", "city")] == ["名称", "城市"]
    assert label_of("tax_id") == "tax ID"
