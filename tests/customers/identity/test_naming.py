import pytest
from django.db import connection

from customers.identity.naming import NAME, NAMES, join
from customers.models import Customer, SourceSystem
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db


def named(customer: Customer | None, system: SourceSystem | None) -> str:
    """How a file of `system` names the customer of a fact."""
    fact = "(SELECT %(customer)s::bigint AS customer_id) f CROSS JOIN (SELECT %(system)s::bigint AS system_id) r"
    values = {"customer": customer and customer.pk, "system": system and system.pk, "customers": None}
    with connection.cursor() as cursor:
        statement = f"WITH {NAMES} SELECT {NAME} FROM {fact} {join('f', of='r')}"
        cursor.execute(statement, values)
        [(name,)] = cursor.fetchall()
    return str(name)


@pytest.fixture
def systems() -> dict[str, SourceSystem]:
    ranks = {"shop": 30, "crm": 20, "erp": 20, "desk": 40, "crm:typed": 0}
    return {key: SourceSystemFactory.create(key=key, rank=rank) for key, rank in ranks.items()}


@pytest.mark.parametrize(
    ("records", "source", "name"),
    [
        (["shop/c1"], "shop", "c1"),
        (["shop/c1", "crm/1"], "shop", "c1"),
        (["shop/c2", "shop/c10", "shop/C3"], "shop", "C3"),  # of several the first by its characters
        (["shop/c1"], "desk", "shop/c1"),
        (["shop/c1", "crm/1"], "desk", "crm/1"),  # the most trusted
        (["erp/1", "crm/2"], "desk", "crm/2"),  # of equals the first by key
        (["shop/客户 7/b"], "desk", "shop/客户 7/b"),
        (["shop/c1", "crm:typed/9"], "desk", "shop/c1"),  # what was typed in comes last, however trusted
        (["crm:typed/9"], "desk", "crm:typed/9"),
        (["crm:typed/9"], "crm:typed", "9"),
        (["shop/c1"], None, "shop/c1"),
        ([], "shop", ""),
    ],
)
def test_a_customer_is_named_as_the_source_says_or_as_another_does(
    systems: dict[str, SourceSystem], records: list[str], source: str | None, name: str
) -> None:
    customer = CustomerFactory.create()
    for record in records:
        key, _slash, external_id = record.partition("/")
        SourceRecordFactory.create(system=systems[key], external_id=external_id, customer=customer)
    SourceRecordFactory.create(system=systems["shop"], external_id="another's")
    assert named(customer, source and systems[source]) == name


def test_no_customer_has_no_name(systems: dict[str, SourceSystem]) -> None:
    SourceRecordFactory.create(system=systems["shop"], customer=None)
    assert named(None, systems["shop"]) == ""


def test_records_of_other_kinds_name_nobody(systems: dict[str, SourceSystem]) -> None:
    customer = CustomerFactory.create()
    SourceRecordFactory.create(system=systems["shop"], kind="contacts", customer=customer)
    assert [named(customer, systems[key]) for key in ("shop", "desk")] == ["", ""]
