"""The statement of the file; how a file is written is told with the command (`test_export_file`)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from crm.common.versions import version
from customers.identity.editing import change_customer, create_customer
from customers.identity.survivorship import FIELDS
from customers.importing.exports import parameters
from customers.models import Customer, SourceSystem, Tier, TierAssignment
from customers.page.export_customers import EXPORT
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import InvoiceFactory, OrderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
DAY = date(2026, 10, 31)


def rows(system: SourceSystem | None = None, *, as_of: date = DAY) -> list[dict[str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(EXPORT.select, parameters(system=system and system.pk, as_of=as_of))
        assert len(cursor.description) == len(EXPORT.header)
        return [
            {name: None if value is None else str(value) for name, value in zip(EXPORT.header, row, strict=True)}
            for row in cursor.fetchall()
        ]


def only(*names: str, system: SourceSystem | None = None, as_of: date = DAY) -> list[tuple[str | None, ...]]:
    return [tuple(row[name] for name in names) for row in rows(system, as_of=as_of)]


def known(system: SourceSystem | None = None, *, as_of: date = DAY) -> list[tuple[str | None, ...]]:
    return only("tier", "revenue_12m", "profit_12m", "on_time_12m", system=system, as_of=as_of)


def test_the_columns_are_those_of_the_import_and_what_is_known() -> None:
    assert EXPORT.header == ["source", "external_id", *FIELDS, *EXPORT.known]
    assert [name for name, is_number in zip(EXPORT.header, EXPORT.numeric, strict=True) if is_number] == [
        "customer_id", "revenue_12m", "profit_12m", "on_time_12m",
    ]  # fmt: skip


def test_a_row_says_what_its_source_said_and_not_what_survived() -> None:
    """Two sources of one customer are two rows; one without a word of a field leaves it empty."""
    customer = CustomerFactory.create(name="Survivor", city="Bonn")
    for key, payload in (
        ("shop", {"name": "Ada", "city": "Rome", "birth_date": "1990-01-02"}),
        ("crm", {"name": "A."}),
    ):
        SourceRecordFactory.create(
            system=SourceSystemFactory.create(key=key), external_id="7", customer=customer, payload=payload
        )
    assert only("source", "external_id", "name", "city", "birth_date", "country", "customer_id") == [
        ("crm", "7", "A.", None, None, None, str(customer.pk)),
        ("shop", "7", "Ada", "Rome", "1990-01-02", None, str(customer.pk)),
    ]


def test_whom_no_source_knows_says_it_itself_and_what_people_typed_is_of_no_source() -> None:
    alone = CustomerFactory.create(name="Alone", country="FR", birth_date=date(1990, 1, 2))
    typed = create_customer(fields={"name": "Typed"})
    assert only("source", "external_id", "name", "country", "birth_date", "kind", "customer_id") == [
        ("", "", "Alone", "FR", "1990-01-02", "organization", str(alone.pk)),
        ("", str(typed.pk), "Typed", None, None, None, str(typed.pk)),
    ]


def test_what_a_person_corrected_stands_beside_what_the_source_said() -> None:
    customer = CustomerFactory.create(name="Ada", city="Rome")
    record = SourceRecordFactory.create(customer=customer, payload={"name": "Ada", "city": "Rome"})
    change_customer(customer=customer, fields={"city": "Milan"}, seen=version(customer, FIELDS))
    assert only("source", "name", "city") == [("", None, "Milan"), (record.system.key, "Ada", "Rome")]


def test_records_of_other_kinds_and_of_nobody_are_no_rows_and_of_one_source_its_own() -> None:
    shop, other = SourceSystemFactory.create(key="shop"), SourceSystemFactory.create(key="other")
    bought = CustomerFactory.create()
    SourceRecordFactory.create(system=shop, kind="orders", customer=bought)
    SourceRecordFactory.create(system=shop, external_id="erased", customer=None)
    SourceRecordFactory.create(system=shop, external_id="b", payload={"name": "B"})
    SourceRecordFactory.create(system=shop, external_id="a", payload={"name": "A"})
    SourceRecordFactory.create(system=other, external_id="c", payload={"name": "C"})
    assert only("source", "external_id", "name") == [
        ("", "", bought.name), ("other", "c", "C"), ("shop", "a", "A"), ("shop", "b", "B"),
    ]  # fmt: skip
    assert only("external_id", system=shop) == [("a",), ("b",)]


def test_who_has_nothing_has_noughts_no_share_and_no_tier() -> None:
    CustomerFactory.create()
    assert known() == [(None, "0", "0", None)]


def test_the_window_is_the_twelve_months_up_to_the_day() -> None:
    """Of a month's end that of twelve months before is the last day that is out of it; cancelled orders never count."""
    customer = CustomerFactory.create()
    for day, revenue in (
        (date(2025, 10, 31), "1000"),
        (date(2025, 11, 1), "10.50"),
        (DAY, "2"),
        (date(2026, 11, 1), "500"),
    ):
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        OrderFactory.create(customer=customer, placed_at=at, lines=[("1", revenue, "0.25")])
        OrderFactory.create(customer=customer, placed_at=at, status="cancelled", lines=[("1", "9999", "1")])
    assert known() == [(None, "12.5", "12", None)]
    assert known(as_of=date(2026, 11, 1)) == [(None, "502", "501.5", None)]


def test_profit_is_of_what_the_cost_is_known_of() -> None:
    at = datetime(2026, 10, 1, 12, tzinfo=UTC)
    OrderFactory.create(customer=CustomerFactory.create(), placed_at=at, lines=[("2", "10", "4"), ("1", "5.5", None)])
    assert known() == [(None, "25.5", "12", None)]


def test_invoices_are_judged_when_the_day_is_over() -> None:
    """What is due that very day and unpaid at its end is late, and what is due the day after not due; 4 digits."""
    customer = CustomerFactory.create()
    for due_on, paid in ((date(2025, 11, 1), 100), (DAY, 0), (date(2026, 10, 30), 100), (date(2026, 11, 1), 100)):
        InvoiceFactory.create(customer=customer, due_on=due_on, paid=Decimal(paid), paid_on_time=Decimal(paid))
    InvoiceFactory.create(customer=customer, due_on=date(2025, 10, 31), paid=Decimal(0))
    assert known() == [(None, "0", "0", "0.6667")]
    assert known(as_of=date(2026, 10, 30)) == [(None, "0", "0", "0.6667")]
    assert known(as_of=date(2025, 9, 30)) == [(None, "0", "0", None)]


def test_the_tier_is_that_of_the_day() -> None:
    customer = CustomerFactory.create()
    silver, gold = Tier.objects.get(key="silver"), Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=customer, tier=silver, valid=(date(2026, 1, 1), DAY))
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(DAY, None))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 10, 30), DAY)
    assert [only("tier", as_of=day) for day in days] == [[(None,)], [("silver",)], [("silver",)], [("gold",)]]
    Customer.objects.update(tier=silver)  # what lists show is of today
    assert only("tier") == [("gold",)]
    assert TierAssignment.objects.count() == 2
