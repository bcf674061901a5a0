"""One record after another by the API: what files do, with an answer for each."""

from datetime import timedelta

import pytest

from crm.common.audit.models import AuditEntry
from customers.identity.survivorship_rules import set_rule
from customers.models import Customer, ImportBatch, Invoice, Order, ParkedRow, SourceRecord, SourceSystem
from tests.conftest import NOON
from tests.customers.importing.api.asking import Asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_a_record_is_created_then_unchanged_then_updated() -> None:
    shop = Asking()
    found = [shop.put("customers", "7", name="Ada", city=city) for city in ("Ulm", "Ulm", "Bonn")]

    words = [("created", 201), ("unchanged", 200), ("updated", 200)]
    assert found == [(status, {"source": "shop", "external_id": "7", "result": word}) for word, status in words]
    assert [(c.name, c.city) for c in Customer.objects.all()] == [("Ada", "Bonn")]


def test_a_record_whose_reference_is_not_there_is_parked_and_goes_in_when_it_comes() -> None:
    shop = Asking()
    order = {"customer_external_id": "7", "placed_at": "2026-11-02", "quantity": 2, "unit_price": 2.5}

    status, parked = shop.put("orders", "o1", **order)
    assert (status, parked["result"], parked["waits_for"]) == (202, "parked", "customers 7")
    assert shop.get("orders/shop/o1")[0] == 404
    shop.put("customers", "7", name="Ada")

    assert ParkedRow.objects.count() == 0
    assert [(o.number, o.customer.name if o.customer else "", str(o.amount)) for o in Order.objects.all()] == [
        ("o1", "Ada", "5.0000")
    ]


def test_a_rejected_one_names_every_field_and_leaves_nothing() -> None:
    status, found = Asking().put("invoices", "1", issued_on="2026-02-30", due_on="30.02.", amount="1e309")

    assert (status, found["result"]) == (422, "rejected")
    assert [error["field"] for error in found["errors"]] == ["issued_on", "due_on", "amount"]
    assert not Invoice.objects.exists()


def test_of_a_batch_each_item_has_its_own_fate() -> None:
    shop = Asking()
    status, found = shop.batch(
        "customers",
        {"external_id": "1", "name": "Ada"},
        {"external_id": "2"},
        {"external_id": "1", "name": "Ada L", "source": "shop"},
        {"external_id": "3", "name": "Eve", "source": "crm"},
        {"name": "Nobody"},
        "nothing",
    )

    assert status == 200
    assert [(one["external_id"], one["result"]) for one in found["results"]] == [
        ("1", "created"), ("2", "rejected"), ("1", "created"), ("3", "rejected"), ("", "rejected"), ("", "rejected"),
    ]  # fmt: skip
    errors = [error["field"] for one in found["results"] for error in one.get("errors", ())]
    assert errors == ["name", "source", "external_id", ""]
    assert [customer.name for customer in Customer.objects.all()] == ["Ada L"]


def test_an_order_is_all_its_lines() -> None:
    shop = Asking()
    lines = [
        {"product_code": "P1", "quantity": 1, "unit_price": "3"},
        {"product_code": "P2", "quantity": 2, "unit_price": 4},
    ]
    head = {"placed_at": "2026-11-02T10:00:00Z", "status": "shipped"}

    assert shop.put("orders", "o1", **head, lines=lines)[1]["result"] == "created"
    assert shop.put("orders", "o1", **head, lines=lines[::-1])[1]["result"] == "unchanged"
    assert Order.objects.get().lines.count() == 2
    assert shop.put("orders", "o1", **head, lines=lines[1:])[1]["result"] == "updated"
    assert [str(line.quantity) for line in Order.objects.get().lines.all()] == ["2.0000"]
    rows = [{"external_id": "o1", **head, **line} for line in lines]
    assert [one["result"] for one in shop.batch("orders", *rows)[1]["results"]] == ["updated", "updated"]
    assert Order.objects.get().lines.count() == 2


def test_lines_that_contradict_each_other_are_rejected_with_the_column() -> None:
    line = {"quantity": 1, "unit_price": 1}
    lines = [{**line, "currency": "EUR"}, {**line, "currency": "USD"}]
    status, found = Asking().put("orders", "o1", placed_at="2026-11-02", lines=lines)
    assert (status, [error["field"] for error in found["errors"]]) == (422, ["currency"])


def test_unknown_fields_stay_with_the_source_record_and_the_products_own_are_passed_over() -> None:
    shop = Asking()
    shop.put("customers", "1", name="Ada", segment="A", customer_id=5)
    payload = SourceRecord.objects.get(kind="customers").payload
    assert payload is not None
    assert payload["extra"] == {"segment": "A"}
    assert shop.put("customers", "1", name="Ada", segment="A")[1]["result"] == "unchanged"


def test_a_days_rows_are_one_import_of_the_source_and_kind() -> None:
    shop = Asking()
    shop.put("customers", "1", name="Ada")
    shop.put("customers", "1", name="Ada")
    shop.put("customers", "2")
    batch = ImportBatch.objects.get()
    assert (batch.filename, batch.state, batch.system, batch.kind) == (
        "API 2026-11-15",
        "done",
        shop.system,
        "customers",
    )
    assert (batch.rows, batch.created, batch.unchanged, batch.rejected) == (3, 1, 1, 1)
    assert [(reject.line, reject.column) for reject in batch.rejects.all()] == [(3, "name")]


def test_a_write_leaves_a_row_of_the_audit_that_names_the_token() -> None:
    shop = Asking()
    shop.put("customers", "1", name="Ada")
    shop.put("customers", "1", name="Ada")
    entry = AuditEntry.objects.get(what="api.write")
    batch = ImportBatch.objects.get()
    assert entry.details == {
        "token": shop.token.pk, "source": "shop", "kind": "customers", "import": batch.pk, "created": 1,
    }  # fmt: skip


def test_a_rule_that_changes_between_requests_holds_from_the_next_one_on() -> None:
    """The tables and statements that the session keeps are those of the rules before."""
    erp, shop = Asking("erp"), Asking("shop")
    SourceSystem.objects.filter(key="erp").update(rank=5)

    def said(city: str) -> str:
        for source, named in ((erp, "Ulm"), (shop, city)):
            source.put("customers", "7", name="Ada", tax_id="DE811193231", city=named)
        return Customer.objects.get().city

    assert said("Bonn") == "Ulm"
    set_rule(field="city", rule="longest", by=None, now=NOON)
    assert said("Bonn am Rhein") == "Bonn am Rhein"
    SourceRecord.objects.filter(system__key="erp").update(first_seen_at=NOON - timedelta(days=9_000))
    set_rule(field="city", rule="newest", by=None, now=NOON)
    assert said("Köln") == "Köln"
    set_rule(field="city", rule="ranked", by=None, now=NOON)
    assert said("Koblenz") == "Ulm"
