"""The statement says what plain Python says, whatever the records and the rules."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.common.audit.acting import acting
from crm.common.versions import version
from customers.identity.editing import change_customer, create_customer
from customers.identity.ordering import FIELDS, LONGEST, MOST_FREQUENT, NEWEST, RANKED, TYPED, Rule
from customers.identity.survivorship import settle
from customers.identity.winning import find_winner, in_order, spoken, value_at
from customers.importing.sql import NIL
from customers.models import Customer, SourceRecord
from tests.conftest import NOON
from tests.customers.importing.files import load, write_csv
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory, MergedRowFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory, SurvivorshipRuleFactory

pytestmark = pytest.mark.django_db

KEYS = (TYPED, "erp", "shop", "desk")
VALUES = ("", "Rome", "rome", "ROME!", "Roma", "Milano", "Köln", "koln", "罗马", "…")
TESTED = ("name", "city", "phone", "postcode")
WHEN = [NOON - timedelta(days=days) for days in (1, 2, 30)]


def at(moment: datetime) -> str:
    return moment.isoformat()


def said() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({
        "key": st.sampled_from(KEYS),
        "payload": st.dictionaries(st.sampled_from(TESTED), st.sampled_from(VALUES)),
        "times": st.dictionaries(st.sampled_from(TESTED), st.sampled_from(WHEN)),
        "first": st.sampled_from(WHEN),
        "seen": st.sampled_from([None, "", "2026-11-03T10:00:00.000000"]),
        "anothers": st.booleans(),
    })  # fmt: skip


def ruled(systems: dict[str, int]) -> st.SearchStrategy[Rule]:
    orders = st.lists(st.sampled_from(sorted(systems.values())), unique=True, max_size=3)
    others = st.sampled_from([Rule(NEWEST), Rule(LONGEST), Rule(MOST_FREQUENT), Rule(RANKED)])
    return st.one_of(others, orders.map(lambda order: Rule(RANKED, tuple(order))))


def make(customer: Customer, number: int, one: dict[str, Any], systems: dict[str, Any]) -> None:
    seen = {} if one["seen"] is None else {"seen_at": one["seen"]}
    record = SourceRecordFactory.create(
        system=systems[one["key"]], customer=customer, external_id=str(number), payload={**one["payload"], **seen},
        value_times={name: at(moment) for name, moment in one["times"].items()} or None,
        **({} if one["seen"] is None else {"digest": NIL}),
    )  # fmt: skip
    SourceRecord.objects.filter(pk=record.pk).update(first_seen_at=one["first"])
    if one["anothers"]:
        MergedRowFactory.create(relation="customers_sourcerecord", row_id=record.pk)


def expected(customer: Customer, rules: dict[str, Rule]) -> dict[str, Any]:
    records = list(in_order(SourceRecord.objects.filter(customer=customer, kind="customers").select_related("system")))
    found: dict[str, Any] = {"provenance": {}}
    for name in TESTED:
        place = find_winner([spoken(record, name) for record in records], rules[name])
        found[name] = "" if place is None else (records[place].payload or {})[name]
        if place is not None:
            found["provenance"][name] = records[place].pk
    return found


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(data=st.data())
def test_the_statement_is_what_plain_python_says(data: st.DataObject) -> None:
    with transaction.atomic():
        systems = {key: SourceSystemFactory.create(key=key, rank=data.draw(st.sampled_from([0, 20]))) for key in KEYS}
        rules = {name: data.draw(ruled({key: one.pk for key, one in systems.items()})) for name in TESTED}
        for name, rule in rules.items():
            SurvivorshipRuleFactory.create(field=name, rule=rule.rule, systems=list(rule.systems))
        customers = CustomerFactory.create_batch(2)
        for customer in customers:
            for number, one in enumerate(data.draw(st.lists(said(), max_size=5))):
                make(customer, customer.pk * 10 + number, one, systems)
        spoken_of = [one for one in customers if SourceRecord.objects.filter(customer=one).exists()]
        settle(customer_ids=[one.pk for one in customers])
        for customer in spoken_of:
            found = Customer.objects.values("provenance", *TESTED).get(pk=customer.pk)
            assert found == expected(customer, rules)
        transaction.set_rollback(True)


@pytest.mark.parametrize("rule", [NEWEST, LONGEST, MOST_FREQUENT, RANKED])
@pytest.mark.parametrize("field", FIELDS)
def test_every_field_settles_under_every_rule(field: str, rule: str) -> None:
    SurvivorshipRuleFactory.create(field=field, rule=rule)
    customer = CustomerFactory.create()
    value = {"kind": "person", "birth_date": "1990-01-02"}.get(field, "value")
    for key in ("shop", "erp"):
        SourceRecordFactory.create(
            system=SourceSystemFactory.create(key=key), customer=customer, payload={field: value}
        )
    settle(customer_ids=[customer.pk])
    assert str(Customer.objects.values_list(field, flat=True).get()) == value


def test_what_was_typed_wins_whatever_the_rule_and_the_ranks() -> None:
    """Also where somebody trusts a system more than what people type."""
    customer = create_customer(fields={"name": "Ada"})
    erp = SourceSystemFactory.create(key="erp", rank=0)
    SourceRecordFactory.create(system=erp, customer=customer, payload={"name": "Ada Lovelace-King", "city": "London"})
    for field, rule in (("name", Rule(LONGEST)), ("city", Rule(NEWEST)), ("tax_id", Rule(RANKED, (erp.pk,)))):
        SurvivorshipRuleFactory.create(field=field, rule=rule.rule, systems=list(rule.systems))
    SourceRecord.objects.filter(system__key=TYPED).update(first_seen_at=datetime(2001, 1, 1, tzinfo=UTC))
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    assert (customer.name, customer.city) == ("Ada", "London")


HEADERS = "external_id,kind,name,city,phone,birth_date,segment"


def times(external_id: str = "1") -> dict[str, str]:
    return SourceRecord.objects.get(kind="customers", external_id=external_id).value_times or {}


def test_a_record_knows_since_when_it_says_each_value(tmp_path: Path) -> None:
    def bring(*cells: str) -> None:
        load("customers", write_csv(tmp_path / "c.csv", HEADERS, [["1", "person", *cells]]))

    bring("Ada", "Rome", "1", "1990-01-02", "A")
    assert times() == {}
    bring("Ada", "Rome", "1", "1990-01-02", "B")
    assert times() == {}, "no value of a field has changed"
    bring("Ada", "Milan", "", "1990-01-02", "B")
    assert list(times()) == ["city"]
    SourceRecord.objects.update(value_times={"city": at(WHEN[2])})
    bring("Ada", "Milan", "2", "1990-01-03", "B")
    found = times()
    assert set(found) == {"city", "phone", "birth_date"}
    assert found["city"] == at(WHEN[2]) < found["phone"] == found["birth_date"]
    record = SourceRecord.objects.get()
    assert value_at(record, "city") == WHEN[2]
    assert value_at(record, "name") == record.first_seen_at


def test_all_that_a_bare_record_says_when_its_own_row_comes_is_new(tmp_path: Path) -> None:
    mapping = {"create_missing": {"customers": {"country": "land"}}}
    orders = write_csv(
        tmp_path / "o.csv", "external_id,customer_external_id,placed_at,quantity,unit_price,product_code,land",
        [["o1", "1", "2024-01-05 10:00", "1", "1", "P", "DE"]],
    )  # fmt: skip
    load("orders", orders, mapping=mapping)
    bare = SourceRecord.objects.get(kind="customers")
    assert (bare.value_times, value_at(bare, "country")) == (None, datetime(2024, 1, 5, 10, tzinfo=UTC))
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name,country", [["1", "Ada", "DE"]]))
    assert set(times()) == {"name", "country"}


def test_of_what_people_type_it_is_known_since_when_and_by_whom() -> None:
    ann, ben = UserFactory.create_batch(2)
    with acting(user=ann.pk):
        customer = create_customer(fields={"name": "Ada", "city": "Rome"})
    with acting(user=ben.pk):
        change_customer(customer=customer, fields={"city": "Milan", "phone": "1"}, seen=version(customer, FIELDS))
    record = SourceRecord.objects.get()
    assert record.typed_by == {"name": ann.pk, "city": ben.pk, "phone": ben.pk}
    assert set(record.value_times or ()) == {"city", "phone"}
    customer.refresh_from_db()
    change_customer(customer=customer, fields={"city": ""}, seen=version(customer, FIELDS))
    record.refresh_from_db()
    assert (record.typed_by, set(record.value_times or ())) == ({"name": ann.pk, "phone": ben.pk}, {"phone"})
