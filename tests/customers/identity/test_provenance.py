from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.common.audit.acting import acting
from customers.identity.editing import create_customer
from customers.identity.provenance import Provenance, provenance
from customers.identity.survivorship import settle
from customers.models import Customer, SourceRecord
from tests.conftest import NOON
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory, SurvivorshipRuleFactory

pytestmark = pytest.mark.django_db


def record(customer: Customer, payload: Any, place: str = "shop/1", *, rank: int = 20, kind: str = "customers") -> int:
    key, _slash, external_id = place.partition("/")
    system = SourceSystemFactory.create(key=key, rank=rank)
    made = SourceRecordFactory.create(
        system=system, external_id=external_id, customer=customer, payload=payload, kind=kind
    )
    return int(made.pk)


def rows(found: Provenance) -> list[tuple[str, list[str]]]:
    return [(row.label, [one.value for one in row.said]) for row in found.rows]


def test_of_whom_no_source_speaks_nothing_is_said() -> None:
    customer = CustomerFactory.create(name="Typed", city="Rome")
    record(CustomerFactory.create(), {"name": "Another"})
    record(customer, {"name": "Eva"}, kind="contacts")
    assert provenance(customer) == Provenance(records=[], rows=[], kept=[])


def test_the_most_trusted_comes_first_and_names_its_system_without_asking_again(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    customer = CustomerFactory.create()
    for place, rank in (("shop/2", 20), ("shop/10", 20), ("erp/9", 20), ("crm:typed/3", 0), ("old/1", 30)):
        record(customer, {"name": place}, place, rank=rank)
    with django_assert_num_queries(1):
        found = provenance(customer)
        names = [f"{one.system.key}/{one.external_id}" for one in found.records]
    order = ["crm:typed/3", "erp/9", "shop/10", "shop/2", "old/1"]
    assert (names, rows(found)) == (order, [("name", order)])


def test_a_field_none_of_them_fills_has_no_row_and_who_says_nothing_an_empty_cell() -> None:
    customer = CustomerFactory.create(country="DE")
    record(customer, None, "a/1")
    record(customer, {}, "b/1")
    record(customer, {"city": "", "country": None, "birth_date": "1990-01-02", "tax_id": 0, "segment": "A"}, "c/1")
    assert rows(provenance(customer)) == [("tax ID", ["", "", "0"]), ("date of birth", ["", "", "1990-01-02"])]


def test_what_is_a_key_or_a_code_is_called_by_name() -> None:
    customer = CustomerFactory.create()
    record(customer, {"kind": "person", "country": "CN", "language": "zh"}, "a/1")
    record(customer, {"kind": "firm", "country": "Atlantis", "language": "xx"}, "b/1")
    assert rows(provenance(customer)) == [
        ("kind", ["person", "firm"]), ("country", ["China", "Atlantis"]), ("language", ["Chinese", "xx"]),
    ]  # fmt: skip


def test_who_won_is_told_field_by_field() -> None:
    customer = CustomerFactory.create()
    first, second = (record(customer, {"name": name, "city": "Rome"}, f"{name}/1") for name in ("a", "b"))
    customer.provenance = {"name": second, "city": first, "country": first}
    assert [(row.name, [(one.value, one.won, one.why) for one in row.said]) for row in provenance(customer).rows] == [
        ("name", [("a", False, ""), ("b", True, "the rules have changed")]),
        ("city", [("Rome", True, "most trusted"), ("Rome", False, "")]),
    ]
    customer.provenance = {}
    assert not any(one.won for row in provenance(customer).rows for one in row.said)


WHYS = [
    ("ranked", [], {"a/1": "X", "b/1": "Y"}, ("a/1", "most trusted")),
    ("ranked", ["b"], {"a/1": "X", "b/1": "Y"}, ("b/1", "first in the order of this field")),
    ("ranked", ["z"], {"a/1": "X", "b/1": "Y"}, ("a/1", "most trusted")),
    ("newest", [], {"a/1": "X", "b/1": "Y"}, ("b/1", "newest")),
    ("newest", [], {"b/1": "X", "b/2": "Y"}, ("b/1", "most trusted of the newest")),
    ("longest", [], {"a/1": "X", "b/1": "YY"}, ("b/1", "longest")),
    ("longest", [], {"a/1": "XX", "b/1": "YY"}, ("a/1", "most trusted of the longest")),
    ("most_frequent", [], {"a/1": "X", "b/1": "Y", "b/2": "y!"}, ("b/1", "most frequent: 2 of 3")),
    ("most_frequent", [], {"a/1": "X", "b/1": "Y"}, ("a/1", "most trusted: all differ")),
    ("longest", [], {"a/1": "X"}, ("a/1", "the only one")),
    ("longest", [], {"crm:typed/1": "X", "b/1": "YY"}, ("crm:typed/1", "typed in here")),
]


@pytest.mark.parametrize(("rule", "systems", "said", "winner"), WHYS)
def test_why_a_value_is_shown(rule: str, systems: list[str], said: dict[str, str], winner: tuple[str, str]) -> None:
    """Of two sources, of whom a is trusted more and b says it since later."""
    customer = CustomerFactory.create()
    keys = [SourceSystemFactory.create(key=key).pk for key in systems]
    SurvivorshipRuleFactory.create(field="city", rule=rule, systems=keys)
    for place, value in said.items():
        pk = record(customer, {"city": value}, place, rank=0 if "typed" in place else 20)
        days = 0 if place.startswith("a") else 9
        SourceRecord.objects.filter(pk=pk).update(first_seen_at=NOON + timedelta(days=days))
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    found = provenance(customer)
    (row,) = found.rows
    won = [
        (f"{one.system.key}/{one.external_id}", told.why)
        for one, told in zip(found.records, row.said, strict=True) if told.won
    ]  # fmt: skip
    assert won == [winner]


def test_who_typed_it_is_named_and_since_when() -> None:
    ann = UserFactory.create(name="Ann")
    with acting(user=ann.pk):
        customer = create_customer(fields={"name": "Ada", "city": "Rome"})
    record(customer, {"name": "ADA", "city": "Milan"}, "a/1")
    settle(customer_ids=[customer.pk])
    customer.refresh_from_db()
    found = provenance(customer)
    typed = found.records[0]
    told = {row.name: row.said[0] for row in found.rows}["city"]
    assert (told.why, told.at, told.may_release) == ("typed by Ann", typed.first_seen_at, True)
    assert [(row.name, row.said[0].may_release) for row in found.rows] == [("name", True), ("city", True)]
    ann.delete()
    assert provenance(customer).rows[0].said[0].why == "typed in here"


def test_the_only_name_cannot_be_released() -> None:
    customer = create_customer(fields={"name": "Ada", "city": "Rome"})
    assert [row.said[0].may_release for row in provenance(customer).rows] == [False, True]


def test_columns_that_were_mapped_to_nothing_are_shown_as_they_came() -> None:
    customer = CustomerFactory.create()
    record(customer, {"name": "A", "extra": {"备注": "VIP", "Rabatt": 5, "leer": ""}}, "a/1")
    record(customer, {"name": "B", "extra": {"备注": "旧客户"}}, "b/1")
    record(customer, {"name": "C", "extra": None}, "c/1")
    found = provenance(customer)
    assert {row.label: [one.value for one in row.said] for row in found.kept} == {
        "备注": ["VIP", "旧客户", ""], "Rabatt": ["5", "", ""],
    }  # fmt: skip
