from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from customers.identity.survivorship import FIELDS, settle, settle_selected, settle_touched, touch
from customers.importing.sql import CREATE_TOUCHED
from customers.models import Customer, SourceRecord, Tier
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db
NOTHING = dict.fromkeys(FIELDS, "") | {"kind": "organization", "birth_date": None}


def record(customer: Customer | int, payload: Any, place: str = "shop/1", *, rank: int = 30) -> SourceRecord:
    key, _slash, external_id = place.partition("/")
    pk = customer if isinstance(customer, int) else customer.pk
    system = SourceSystemFactory.create(key=key, rank=rank)
    return SourceRecordFactory.create(
        system=system, external_id=external_id, customer=None, customer_id=pk, object_id=pk, payload=payload
    )


def fields(customer: Customer) -> dict[str, Any]:
    return Customer.objects.values(*FIELDS).get(pk=customer.pk)


def test_each_field_is_the_first_that_is_not_empty() -> None:
    customer = CustomerFactory.create()
    shop = record(customer, {"name": "Shop", "city": "Rome", "phone": "1", "kind": ""}, "shop/1", rank=30)
    crm = record(customer, {"name": "CRM", "city": "", "kind": "person"}, "crm/1", rank=20)
    desk = record(
        customer, {"name": "Desk", "birth_date": "1990-01-02", "language": "de", "phone": "2"}, "desk/1", rank=40
    )
    settle(customer_ids=[customer.pk])
    assert fields(customer) == NOTHING | {
        "name": "CRM", "city": "Rome", "phone": "1", "kind": "person", "birth_date": date(1990, 1, 2), "language": "de",
    }  # fmt: skip
    assert Customer.objects.get().provenance == {
        "name": crm.pk, "kind": crm.pk, "city": shop.pk, "phone": shop.pk, "birth_date": desk.pk, "language": desk.pk,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("places", "winner"),
    [
        ([("shop/1", 30), ("crm/1", 20)], "crm/1"),
        ([("shop/1", 20), ("crm/1", 20)], "crm/1"),
        ([("shop/2", 20), ("shop/10", 20)], "shop/10"),
        ([("shop/a", 20), ("shop/B", 20)], "shop/B"),
        ([("crm:typed/9", 0), ("crm/1", 20)], "crm:typed/9"),
    ],
)
def test_rank_then_key_then_id_decide_whatever_came_first(places: list[tuple[str, int]], winner: str) -> None:
    for order in (places, places[::-1]):
        customer = CustomerFactory.create()
        records = [record(customer, {"name": place}, place, rank=rank) for place, rank in order]
        settle(customer_ids=[customer.pk])
        assert fields(customer)["name"] == winner
        SourceRecord.objects.filter(pk__in=[one.pk for one in records]).delete()


@pytest.mark.parametrize(
    "payload", [None, {}, {"name": "", "birth_date": None, "extra": {"name": "x"}}, dict.fromkeys(FIELDS, "")]
)
def test_records_that_say_nothing_leave_the_fields_empty(payload: dict[str, Any] | None) -> None:
    customer = CustomerFactory.create(name="Old", country="DE", provenance={"name": 1})
    record(customer, payload)
    settle(customer_ids=[customer.pk])
    assert fields(customer) == NOTHING
    assert Customer.objects.get().provenance == {}


def test_only_records_of_customers_speak_and_only_of_those_that_are_settled() -> None:
    one, other, alone = CustomerFactory.create_batch(3, name="Old")
    record(one, {"name": "New"}, "shop/1")
    record(other, {"name": "New"}, "shop/2")
    SourceRecordFactory.create(kind="contacts", customer=alone, payload={"name": "New"})
    settle(customer_ids=[one.pk, one.pk, alone.pk, 987_654])
    settle(customer_ids=[])
    assert list(Customer.objects.order_by("pk").values_list("name", flat=True)) == ["New", "Old", "Old"]


def test_what_says_the_same_is_not_written() -> None:
    customer = CustomerFactory.create()
    record(customer, {"name": "New"})
    settle(customer_ids=[customer.pk])
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    Customer.objects.update(updated_at=long_ago)
    settle(customer_ids=[customer.pk])
    assert Customer.objects.get().updated_at == long_ago
    SourceRecord.objects.update(payload={"name": "Newer"})
    settle(customer_ids=[customer.pk])
    assert Customer.objects.get().updated_at > long_ago


def test_those_that_are_not_there_yet_are_made_under_their_link_key() -> None:
    old = CustomerFactory.create(name="Old", link_key="tax:1")
    record(old, {"name": "Known"}, "shop/1")
    record(987_654, {"name": "王", "kind": "person"}, "shop/2")
    with connection.cursor() as cursor:
        settle_selected(cursor, "VALUES (%(old)s, 'tax:2'), (987654, NULL), (987654, 'rec:shop/2')", {"old": old.pk})
    made = Customer.objects.exclude(pk=old.pk).get()
    assert (made.pk, made.name, made.kind, made.link_key) == (987_654, "王", "person", "rec:shop/2")
    assert made.tier == Tier.objects.get(key="bronze")
    old.refresh_from_db()
    assert (old.name, old.link_key) == ("Known", "tax:1")


def test_of_the_touched_those_settle_that_are_to() -> None:
    """The others are noted for their last contact alone."""
    one, other = CustomerFactory.create_batch(2, name="Old")
    record(one, {"name": "New"}, "shop/1")
    record(other, {"name": "New"}, "shop/2")
    with connection.cursor() as cursor:
        cursor.execute(CREATE_TOUCHED)
        touch(cursor, f"SELECT {one.pk}::bigint, NULL::text")
        cursor.execute("INSERT INTO imp_touched VALUES (%s, NULL, false)", [other.pk])
        settle_touched(cursor)
        settle_touched(cursor)
    assert list(Customer.objects.order_by("pk").values_list("name", flat=True)) == ["New", "Old"]
