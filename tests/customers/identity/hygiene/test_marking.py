"""Who is marked where the customer's own row stays as it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from crm.common.versions import version
from customers.identity import trust
from customers.identity.editing import change_customer, create_customer
from customers.identity.hygiene import marking
from customers.identity.hygiene.fields import FAULTS, month_number
from customers.identity.hygiene.following import refresh_hygiene, write
from customers.identity.merging import door
from customers.identity.merging.crowded import take_apart
from customers.identity.ordering import FIELDS
from customers.identity.privacy.shared import forget_shared_keys
from customers.identity.releasing import put_back, release
from customers.identity.survivorship import settle
from customers.models import Customer, CustomerHygiene, HygieneMark, SourceRecord, SourceSystem
from tests.conftest import NOON
from tests.customers.importing.files import load, write_csv
from tests.factories.accounts import UserFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HEADERS = "external_id,name,tax_id,city"


def deliver(folder: Path, source: str, city: str) -> None:
    rows = [["c1", "Ada", "DE136695976", city]]
    load("customers", write_csv(folder / f"{source}{city}.csv", HEADERS, rows), source=source)


def test_a_record_that_nothing_is_taken_from_confirms_its_customer(tmp_path: Path) -> None:
    SourceSystemFactory.create(key="erp", rank=1)
    SourceSystemFactory.create(key="shop", rank=2)
    deliver(tmp_path, "erp", "Bonn")
    refresh_hygiene()
    for city in ("Rome", "Oslo"):
        deliver(tmp_path, "shop", city)
        customer = Customer.objects.get()
        assert customer.city == "Bonn"
        assert set(HygieneMark.objects.values_list("customer_id", flat=True)) == {customer.pk}
        refresh_hygiene()
    deliver(tmp_path, "shop", "Oslo")
    assert not HygieneMark.objects.exists()
    assert CustomerHygiene.objects.get().system_id == SourceSystem.objects.get(key="erp").pk


def long_ago() -> None:
    """Nobody has said anything for years, and everybody was looked at."""
    SourceRecord.objects.update(changed_at=LONG_AGO)
    Customer.objects.update(created_at=LONG_AGO)
    refresh_hygiene()
    with connection.cursor() as cursor:
        write(cursor, list(Customer.objects.values_list("pk", flat=True)))


def test_with_another_rank_of_trust_customers_count_to_another_source() -> None:
    erp, shop = (SourceSystemFactory.create(key=key, rank=rank) for key, rank in (("erp", 1), ("shop", 2)))
    customer = SourceRecordFactory.create(system=erp, payload={"name": "Ada"}).customer
    SourceRecordFactory.create(system=shop, customer=customer, payload={"name": "Ada"})
    settle(customer_ids=[customer.pk])
    refresh_hygiene()
    assert CustomerHygiene.objects.get().system_id == erp.pk
    shop.rank = 0
    trust.save_system(system=shop)
    trust.settle_changes()
    refresh_hygiene()
    assert CustomerHygiene.objects.get().system_id == shop.pk


def test_orders_that_name_a_bare_customer_again_confirm_them(tmp_path: Path) -> None:
    headers = "external_id,customer_external_id,placed_at,quantity,unit_price,land"
    for number, day in ((1, "2024-01-01"), (2, "2024-01-02")):
        rows = [[f"o{number}", "c1", day, 1, 1, "DE"]]
        mapping = {"create_missing": {"customers": {"country": "land"}}}
        load("orders", write_csv(tmp_path / f"{number}.csv", headers, rows), mapping=mapping)
        if number == 1:
            long_ago()
            assert CustomerHygiene.objects.get().confirmed == month_number(LONG_AGO)
    refresh_hygiene()
    changed = SourceRecord.objects.get(kind="customers").changed_at
    assert CustomerHygiene.objects.get().confirmed == month_number(changed)


def empty(customer: Customer) -> None:
    change_customer(customer=customer, fields={"city": ""}, seen=version(customer, FIELDS))


def let_go(customer: Customer) -> None:
    release(customer=customer, field="city", seen=version(customer, FIELDS), by=UserFactory.create(), now=NOON)


def put_again(customer: Customer) -> None:
    put_back(customer=customer, field="city", by=UserFactory.create())


@pytest.mark.parametrize("acts", [(empty,), (let_go,), (let_go, put_again)])
def test_what_is_typed_as_a_source_says_it_and_taken_back_confirms(
    acts: tuple[Callable[[Customer], None], ...],
) -> None:
    customer = SourceRecordFactory.create(payload={"name": "Ada", "city": "Bonn"}).customer
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    for city in ("Rome", "Bonn"):
        customer = change_customer(customer=customer, fields={"city": city}, seen=version(customer, FIELDS))
    for act in acts:
        long_ago()
        act(Customer.objects.get())
        assert Customer.objects.get().city == "Bonn"
        assert set(HygieneMark.objects.values_list("customer_id", flat=True)) == {customer.pk}
        refresh_hygiene()
        assert CustomerHygiene.objects.get().confirmed > month_number(LONG_AGO)


@pytest.mark.parametrize(
    ("field", "value", "typed"),
    [("email", "ada@x.example", "ada@x.example"), ("tax_id", "DE136695976", "ｄｅ 136.695-976")],
)
def test_who_stood_alone_with_a_key_that_too_many_share_now_is_not_unique(
    field: str, value: str, typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_RECORDS", 3)
    for number in range(4):
        load("customers", write_csv(tmp_path / "c.csv", f"external_id,name,{field}", [[str(number), "Ada", value]]))
        if not number:
            create_customer(fields={"name": "Ada", field: typed})
        if number < 3:
            refresh_hygiene()
    code = FAULTS[f"{field}-unique"].code
    assert [code in row.codes for row in CustomerHygiene.objects.order_by("pk")[:2]] == [False, False]
    take_apart(now=NOON)
    refresh_hygiene()
    assert {code in row.codes for row in CustomerHygiene.objects.all()} == {True}

    assert forget_shared_keys([{"name": "Ada", field: value}]) == 1
    refresh_hygiene()
    assert {code in row.codes for row in CustomerHygiene.objects.all()} == {False}


def test_of_a_tax_id_they_are_found_by_an_index_of_those_who_stand_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {marking._SHARES_TAX_ID}", {"value": "DE136695976"})
        assert "customer_alone_by_tax_id" in "".join(line for (line,) in cursor.fetchall())
