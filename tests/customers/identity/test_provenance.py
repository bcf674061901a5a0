from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.identity.provenance import Provenance, Said, provenance
from customers.models import Customer
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db


def record(customer: Customer, payload: Any, place: str = "shop/1", *, rank: int = 20, kind: str = "customers") -> int:
    key, _slash, external_id = place.partition("/")
    system = SourceSystemFactory.create(key=key, rank=rank)
    made = SourceRecordFactory.create(
        system=system, external_id=external_id, customer=customer, payload=payload, kind=kind
    )
    return int(made.pk)


def rows(found: Provenance) -> list[tuple[str, list[str]]]:
    return [(label, [one.value for one in said]) for label, said in found.rows]


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
    assert provenance(customer).rows == [
        ("name", [Said(value="a", won=False), Said(value="b", won=True)]),
        ("city", [Said(value="Rome", won=True), Said(value="Rome", won=False)]),
    ]
    customer.provenance = {}
    assert not any(one.won for _label, said in provenance(customer).rows for one in said)


def test_columns_that_were_mapped_to_nothing_are_shown_as_they_came() -> None:
    customer = CustomerFactory.create()
    record(customer, {"name": "A", "extra": {"备注": "VIP", "Rabatt": 5, "leer": ""}}, "a/1")
    record(customer, {"name": "B", "extra": {"备注": "旧客户"}}, "b/1")
    record(customer, {"name": "C", "extra": None}, "c/1")
    found = provenance(customer)
    assert {column: [one.value for one in said] for column, said in found.kept} == {
        "备注": ["VIP", "旧客户", ""], "Rabatt": ["5", "", ""],
    }  # fmt: skip
