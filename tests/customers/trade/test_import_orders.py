from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from customers.models import Customer, Order, OrderLine, ParkedRow, Product
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db

HEADERS = "external_id,customer_external_id,placed_at,status,product_code,product_name,quantity,unit_price,unit_cost"
CUSTOMERS = "external_id,name"


def order(
    number: str, customer: str = "", *, code: str = "P1", quantity: object = 1, price: object = "2.5"
) -> list[object]:
    return [number, customer, "2024-03-01 10:00", "placed", code, "Thing", quantity, price, "1"]


def lines() -> list[tuple[str, Decimal, Decimal]]:
    return sorted(OrderLine.objects.values_list("order__number", "quantity", "unit_price"))


def test_the_rows_of_an_order_are_its_lines_wherever_they_stand(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", HEADERS, [order("1"), order("2", price="0.3333"), order("1", quantity=-2)])
    assert counts(load("orders", file)) == {"rows": 3, "created": 3}
    assert lines() == [
        ("1", Decimal(-2), Decimal("2.5")),
        ("1", Decimal(1), Decimal("2.5")),
        ("2", Decimal(1), Decimal("0.3333")),
    ]
    first = Order.objects.get(number="1")
    assert (first.amount, first.amount_company, first.currency, first.customer) == (
        Decimal("-2.5"),
        Decimal("-2.5"),
        "EUR",
        None,
    )
    assert first.placed_at == datetime(2024, 3, 1, 10, tzinfo=UTC)


def test_equal_lines_are_two_lines(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", HEADERS, [order("1"), order("1")])
    load("orders", file)
    assert len(lines()) == 2


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", HEADERS, [order("1"), order("1"), order("2")])
    load("orders", file)
    before = list(OrderLine.objects.order_by("id").values_list("id", flat=True))
    assert counts(load("orders", file)) == {"rows": 3, "unchanged": 3}
    assert list(OrderLine.objects.order_by("id").values_list("id", flat=True)) == before


def test_a_later_set_of_lines_replaces_the_earlier(tmp_path: Path) -> None:
    load("orders", write_csv(tmp_path / "o.csv", HEADERS, [order("1"), order("1", code="P2")]))
    later = write_csv(tmp_path / "p.csv", HEADERS, [order("1", quantity=7)])
    assert counts(load("orders", later)) == {"rows": 1, "updated": 1}
    assert lines() == [("1", Decimal(7), Decimal("2.5"))]


def test_an_order_of_a_customer_not_there_yet_is_parked_and_applied_when_it_comes(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", HEADERS, [order("1", "c1"), order("1", "c1"), order("2")])
    assert counts(load("orders", file)) == {"rows": 3, "created": 1, "parked": 2}
    assert [
        (row.external_id, len(row.rows), row.waits_for_kind, row.waits_for_id) for row in ParkedRow.objects.all()
    ] == [("1", 2, "customers", "c1")]
    load("customers", write_csv(tmp_path / "c.csv", CUSTOMERS, [["c1", "Ada"]]))
    assert not ParkedRow.objects.exists()
    assert Order.objects.get(number="1").customer == Customer.objects.get(name="Ada")
    assert Order.objects.get(number="1").lines.count() == 2


def test_source_and_id_address_another_systems_customer(tmp_path: Path) -> None:
    load("orders", write_csv(tmp_path / "o.csv", HEADERS, [order("1", "crm/7")]))
    load("customers", write_csv(tmp_path / "c.csv", CUSTOMERS, [["7", "Bo"]]), source="CRM")
    assert Order.objects.get().customer == Customer.objects.get(name="Bo")


def test_a_bad_row_is_rejected_with_line_column_and_reason_and_the_rest_goes_in(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", HEADERS, [order("1"), order("2", quantity="many"), order("3")])
    batch = load("orders", file)
    assert counts(batch) == {"rows": 3, "created": 2, "rejected": 1}
    reject = batch.rejects.get()
    assert (reject.line, reject.column, reject.reason) == (3, "quantity", "“many” is not a number")
    assert reject.row["external_id"] == "2"


def test_lines_that_name_two_customers_are_rejected_together(tmp_path: Path) -> None:
    load("customers", write_csv(tmp_path / "c.csv", CUSTOMERS, [["a", "A"], ["b", "B"]]))
    batch = load("orders", write_csv(tmp_path / "o.csv", HEADERS, [order("1", "a"), order("1", "b"), order("2")]))
    assert counts(batch) == {"rows": 3, "created": 1, "rejected": 2}
    assert [(r.line, r.column) for r in batch.rejects.all()] == [
        (2, "customer_external_id"),
        (3, "customer_external_id"),
    ]


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", HEADERS, [order("1"), order("2", "nobody"), order("3", quantity="x")])
    batch = load("orders", file, dry_run=True)
    assert counts(batch) == {"rows": 3, "created": 1, "parked": 1, "rejected": 1}
    assert (Order.objects.count(), Product.objects.count(), ParkedRow.objects.count()) == (0, 0, 0)


def test_the_newest_line_that_sold_a_product_names_it(tmp_path: Path) -> None:
    rows = [
        ["1", "", "2024-01-02", "placed", "P", "Cup", 1, 1, ""],
        ["2", "", "2024-01-03", "placed", "P", "damaged", -1, 0, ""],
        ["3", "", "2024-01-01", "placed", "P", "Old cup", 1, 1, ""],
    ]
    for number, row in enumerate(rows):
        load("orders", write_csv(tmp_path / f"{number}.csv", HEADERS, [row]))
    assert Product.objects.get().name == "Cup"
