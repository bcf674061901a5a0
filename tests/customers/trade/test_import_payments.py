from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from customers.models import ImportBatch, Invoice, ParkedRow, Payment
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.importing import SourceRecordFactory, SourceSystemFactory
from tests.factories.trade import InvoiceFactory

pytestmark = pytest.mark.django_db
DUE = date(2024, 2, 1)


def deliver(folder: Path, *rows: list[str]) -> ImportBatch:
    return load("payments", write_csv(folder / "p.csv", "external_id,invoice_external_id,paid_on,amount", rows))


@pytest.fixture(autouse=True)
def invoices() -> None:
    """The shop's i1 and finance's i1, of 100 each."""
    for source in ("shop", "finance"):
        invoice = InvoiceFactory.create(number=source, due_on=DUE)
        SourceRecordFactory.create(
            system=SourceSystemFactory.create(key=source), kind="invoices", external_id="i1", customer=None,
            object_id=invoice.pk,
        )  # fmt: skip


def settled() -> dict[str, tuple[Decimal, Decimal, date | None]]:
    rows = Invoice.objects.values_list("number", "paid", "paid_on_time", "settled_on")
    return {number: (paid, on_time, on) for number, paid, on_time, on in rows}


def test_the_figures_of_the_invoice_follow_what_each_delivery_says(tmp_path: Path) -> None:
    nothing = (Decimal(0), Decimal(0), None)
    first = ["p1", "i1", "2024-02-01", "60"]
    assert counts(deliver(tmp_path, first, ["p2", "finance/i1", "2024-02-02", "100"])) == {"rows": 2, "created": 2}
    assert settled() == {"shop": (60, 60, None), "finance": (100, 0, date(2024, 2, 2))}
    assert counts(deliver(tmp_path, first)) == {"rows": 1, "unchanged": 1}
    assert counts(deliver(tmp_path, ["p1", "i1", "2024-01-31", "100.5"])) == {"rows": 1, "updated": 1}
    assert settled()["shop"] == (100, 100, date(2024, 1, 31))
    assert counts(deliver(tmp_path, ["p2", "i1", "2024-02-02", "1"])) == {"rows": 1, "updated": 1}
    assert settled() == {"shop": (100, 100, date(2024, 1, 31)), "finance": nothing}
    assert Payment.objects.count() == 2


def test_one_of_no_invoice_is_rejected_and_one_of_an_unknown_invoice_waits_for_it(tmp_path: Path) -> None:
    rows = [["p1", "", "2024-02-01", "1"], ["p2", "i1", "", "1"], ["p3", "i1", "2024-02-01", "much"],
            ["p4", "i9", "2024-02-01", "1"], ["p5", "desk/i1", "2024-02-01", "1"]]  # fmt: skip
    batch = deliver(tmp_path, *rows)
    assert counts(batch) == {"rows": 5, "parked": 2, "rejected": 3}
    assert list(batch.rejects.values_list("column", "reason")) == [
        ("invoice_external_id", "is required"), ("paid_on", "is required"), ("amount", "“much” is not a number"),
    ]  # fmt: skip
    waiting = ParkedRow.objects.order_by("external_id").values_list("external_id", "waits_for_kind", "waits_for_id")
    assert list(waiting) == [("p4", "invoices", "i9"), ("p5", "invoices", "desk/i1")]
    assert not Payment.objects.exists()
