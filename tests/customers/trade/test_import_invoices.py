from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from customers.models import ImportBatch, Invoice, Tier
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.tiers import TierAssignmentFactory
from tests.factories.trade import ExchangeRateFactory, OrderFactory

pytestmark = pytest.mark.django_db
HEADERS = "external_id,customer_external_id,order_external_id,issued_on,due_on,currency,amount,team"


def deliver(folder: Path, *rows: list[str]) -> ImportBatch:
    return load("invoices", write_csv(folder / "i.csv", HEADERS, rows))


def row(number: str, *, customer: str = "", order: str = "", due: str = "2024-02-01", amount: str = "10",
        currency: str = "", team: str = "") -> list[str]:  # fmt: skip
    return [number, customer, order, "2024-01-15", due, currency, amount, team]


def rejects(batch: ImportBatch) -> list[tuple[str, str]]:
    return list(batch.rejects.values_list("column", "reason"))


def test_it_stands_in_both_currencies_with_its_team(tmp_path: Path) -> None:
    ExchangeRateFactory.create(currency="USD", day=date(2024, 1, 15), rate=Decimal("0.33333333"))
    batch = deliver(tmp_path, row("1"), row("2", currency="usd", team="North Sea"))
    assert counts(batch) == {"rows": 2, "created": 2}
    fields = ("currency", "amount", "amount_company", "team__key", "customer", "order", "paid", "paid_on_time", "tier")
    assert list(Invoice.objects.order_by("number").values_list(*fields)) == [
        ("EUR", 10, 10, None, None, None, 0, 0, None),
        ("USD", 10, Decimal("3.3333"), "north-sea", None, None, 0, 0, None),
    ]


def test_what_cannot_be_a_bill_is_rejected_by_its_column(tmp_path: Path) -> None:
    """One due on the day it is issued can; so can a credit note."""
    same_day = row("5", due="2024-01-15", amount="-3")
    bad = [row("1", due="2024-01-14"), row("2", currency="CHF"), row("3", amount="99999999999999"), row("4", amount="")]
    batch = deliver(tmp_path, *bad, same_day)
    assert counts(batch) == {"rows": 5, "created": 1, "rejected": 4}
    assert rejects(batch) == [
        ("due_on", "2024-01-14 < 2024-01-15"),
        ("currency", "there is no exchange rate from CHF to EUR on or before 2024-01-15"),
        ("amount", "the amount is too large"),
        ("amount", "is required"),
    ]
    assert list(Invoice.objects.values_list("number", "amount")) == [("5", -3)]


def test_it_is_the_customers_it_names_else_its_orders_with_the_tier_of_the_day_it_is_due(tmp_path: Path) -> None:
    shop = SourceSystemFactory.create(key="shop")
    named = SourceRecordFactory.create(system=shop, external_id="c1").customer
    order = OrderFactory.create()
    SourceRecordFactory.create(system=shop, kind="orders", external_id="o1", customer=None, object_id=order.pk)
    assert order.customer
    gold, silver = Tier.objects.order_by("rank")[:2]
    TierAssignmentFactory.create(customer=order.customer, tier=silver, valid=(date(2024, 1, 1), date(2024, 2, 1)))
    TierAssignmentFactory.create(customer=order.customer, tier=gold, valid=(date(2024, 2, 1), None))
    batch = deliver(tmp_path, row("1", order="o1"), row("2", order="o1", customer="c1"), row("3", due="2024-01-31",
                    order="o1"))  # fmt: skip
    assert counts(batch) == {"rows": 3, "created": 3}
    assert list(Invoice.objects.order_by("number").values_list("customer", "order", "tier")) == [
        (order.customer_id, order.pk, gold.pk), (named.pk, order.pk, None), (order.customer_id, order.pk, silver.pk),
    ]  # fmt: skip


def test_one_whose_order_is_not_there_yet_waits_and_changes_keep_what_was_paid(tmp_path: Path) -> None:
    assert counts(deliver(tmp_path, row("1", order="o1"), row("2"))) == {"rows": 2, "created": 1, "parked": 1}
    Invoice.objects.get().payments.create(paid_on=date(2024, 2, 1), amount=Decimal(4))
    assert counts(deliver(tmp_path, row("2"))) == {"rows": 1, "unchanged": 1}
    assert counts(deliver(tmp_path, row("2", amount="20"))) == {"rows": 1, "updated": 1}
    assert list(Invoice.objects.values_list("number", "amount", "paid")) == [("2", 20, 4)]
