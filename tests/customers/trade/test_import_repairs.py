from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.naming import get_named
from customers.identity.merging.undoing import undo_merge
from customers.importing.exporting import export_file
from customers.models import ImportBatch, MergedRow, ParkedRow, Product, Repair
from tests.conftest import NOON
from tests.customers.importing.api.asking import Asking
from tests.customers.importing.files import counts, load, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HEADERS = "external_id,customer_external_id,product_code,opened_at,closed_at,cost,under_warranty,description"


def deliver(folder: Path, *rows: list[str], source: str = "desk") -> ImportBatch:
    return load("repairs", write_csv(folder / "r.csv", HEADERS, rows), source=source)


def row(number: str, customer: str = "c1", *, product: str = "", opened: str = "2024-03-01T09:00:00Z",
        closed: str = "", cost: str = "", warranty: str = "", description: str = "") -> list[str]:  # fmt: skip
    return [number, customer, product, opened, closed, cost, warranty, description]


def rejects(batch: ImportBatch) -> list[tuple[int, str, str]]:
    return list(batch.rejects.values_list("line", "column", "reason"))


def bring_customers(folder: Path) -> None:
    rows = [["c1", "Ada", "DE811111119"], ["c2", "Bob", "DE822222229"]]
    load("customers", write_csv(folder / "c.csv", "external_id,name,tax_id", rows), source="desk")


def test_a_repair_stands_on_its_customer_with_the_product_of_its_code(tmp_path: Path) -> None:
    bring_customers(tmp_path)
    batch = deliver(tmp_path, row("r1", product="K-1", closed="2024-03-01T09:00:00Z", cost="45.50", warranty="Yes",
                                  description="Leaks, 漏水"), row("r2", "c2", warranty="nein"), row("r3"))  # fmt: skip
    assert counts(batch) == {"rows": 3, "created": 3}
    fields = ("number", "customer__name", "product__code", "closed_at", "cost", "under_warranty", "description")
    at = datetime(2024, 3, 1, 9, tzinfo=UTC)
    assert list(Repair.objects.order_by("number").values_list(*fields)) == [
        ("r1", "Ada", "K-1", at, Decimal("45.5"), True, "Leaks, 漏水"),
        ("r2", "Bob", None, None, None, False, ""),
        ("r3", "Ada", None, None, None, False, ""),
    ]


def test_twice_is_once_and_a_later_word_replaces_the_first(tmp_path: Path) -> None:
    bring_customers(tmp_path)
    deliver(tmp_path, row("r1", product="K-1"))
    (first,) = Repair.objects.all()
    assert counts(deliver(tmp_path, row("r1", product="K-1"))) == {"rows": 1, "unchanged": 1}
    closed = row("r1", "c2", product="K-2", closed="2024-03-02", cost="3")
    assert counts(deliver(tmp_path, closed)) == {"rows": 1, "updated": 1}
    assert list(Repair.objects.values_list("pk", "customer__name", "product__code", "cost")) == [
        (first.pk, "Bob", "K-2", 3)
    ]


def test_what_cannot_be_a_repair_is_rejected_by_line_and_column(tmp_path: Path) -> None:
    bring_customers(tmp_path)
    batch = deliver(
        tmp_path,
        row("r1", closed="2024-03-01T08:59:59Z"),
        row("r2", ""),
        row("r3", opened=""),
        row("r4", cost="much"),
        row("r5", cost="1000000000000"),
        row("r6", warranty="perhaps"),
        row("r7"),
    )
    assert counts(batch) == {"rows": 7, "created": 1, "rejected": 6}
    assert rejects(batch) == [
        (2, "closed_at", "it is closed before it is opened"),
        (3, "customer_external_id", "is required"),
        (4, "opened_at", "is required"),
        (5, "cost", "“much” is not a number"),
        (6, "cost", "the amount is too large"),
        (7, "under_warranty", "“perhaps” is neither yes nor no"),
    ]


def test_one_whose_customer_is_not_there_yet_waits(tmp_path: Path) -> None:
    assert counts(deliver(tmp_path, row("r1"), row("r2", "shop/9"))) == {"rows": 2, "parked": 2}
    assert not Product.objects.exists()
    bring_customers(tmp_path)
    assert list(Repair.objects.values_list("number", "customer__name")) == [("r1", "Ada")]
    load("customers", write_csv(tmp_path / "s.csv", "external_id,name", [["9", "Eve"]]), source="shop")
    assert sorted(Repair.objects.values_list("number", "customer__name")) == [("r1", "Ada"), ("r2", "Eve")]
    assert not ParkedRow.objects.exists()


@pytest.mark.parametrize("repairs_first", [True, False])
def test_a_product_has_the_name_its_own_file_gives_it_whichever_comes_first(
    tmp_path: Path, repairs_first: bool
) -> None:
    bring_customers(tmp_path)
    named = write_csv(tmp_path / "p.csv", "external_id,name", [["K-1", "Kettle"]])
    steps = [lambda: deliver(tmp_path, row("r1", product="K-1")), lambda: load("products", named, source="desk")]
    for step in steps if repairs_first else reversed(steps):
        step()
    assert list(Repair.objects.values_list("product__name", "product__system__key")) == [("Kettle", "desk")]
    assert Product.objects.count() == 1


def test_an_export_on_its_way_back_changes_nothing(tmp_path: Path) -> None:
    bring_customers(tmp_path)
    deliver(tmp_path, row("r1", product="K-1", closed="2024-03-02", cost="45.50", warranty="1"), row("r2", "c2"))
    export_file(kind="repairs", path=tmp_path / "out.csv", source="desk", as_of=NOON.date())
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        f'desk,r1,c1,K-1,2024-03-01T09:00:00+00:00,2024-03-02T00:00:00+00:00,45.5,true,"",{get_named("desk/c1").pk}',
        f'desk,r2,c2,,2024-03-01T09:00:00+00:00,,,false,"",{get_named("desk/c2").pk}',
    ]
    assert counts(load("repairs", tmp_path / "out.csv", source="desk")) == {"rows": 2, "unchanged": 2}


def test_a_merge_moves_them_and_undone_each_has_their_own(tmp_path: Path) -> None:
    bring_customers(tmp_path)
    ada, bob = get_named("desk/c1"), get_named("desk/c2")
    deliver(tmp_path, row("before", "c2"))
    merge = merge_customers(survivor=ada, absorbed=bob, by=None, now=NOON)
    assert merge.moved["repairs"] == 1
    deliver(tmp_path, row("under-the-absorbed", "c2"), row("under-the-survivor", "c1"))
    assert ada.repairs.count() == 3
    assert undo_merge(merge=merge, by=None, now=NOON)["repairs"] == 2
    assert sorted(bob.repairs.values_list("number", flat=True)) == ["before", "under-the-absorbed"]
    assert list(ada.repairs.values_list("number", flat=True)) == ["under-the-survivor"]
    assert not MergedRow.objects.exists()


def test_by_the_api() -> None:
    desk = Asking("desk")
    repair = {"customer_external_id": "c1", "opened_at": "2026-11-02", "cost": 4.5, "under_warranty": True}
    status, found = desk.put("repairs", "r1", **repair)
    assert (status, found["waits_for"]) == (202, "customers c1")
    desk.put("customers", "c1", name="Ada")
    assert desk.put("repairs", "r1", **repair)[1]["result"] == "unchanged"
    closed = desk.put("repairs", "r1", **repair, closed_at="2026-11-01")
    assert (closed[0], closed[1]["errors"]) == (
        422, [{"field": "closed_at", "message": "it is closed before it is opened"}]
    )  # fmt: skip
    status, found = desk.get("repairs/desk/r1")
    assert (status, found["cost"], found["under_warranty"], found["customer_external_id"]) == (200, "4.5", "true", "c1")


def test_the_apis_description_has_them() -> None:
    _status, document = Asking("desk").get("openapi.json")
    body = document["paths"]["/api/v1/repairs/{source}/{external_id}"]["put"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert schema["required"] == ["customer_external_id", "opened_at"]
    assert schema["properties"]["under_warranty"]["description"] == "Yes or no: true or false."
