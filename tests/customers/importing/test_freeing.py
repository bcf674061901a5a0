from pathlib import Path

import pytest
from django.db import OperationalError

from crm.common import locks
from customers.importing import freeing
from customers.models import Customer, Order, ParkedRow
from customers.tasks import resume_imports
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.importing import ImportBatchFactory

pytestmark = pytest.mark.django_db

ORDERS = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
INVOICES = "external_id,order_external_id,issued_on,due_on,amount"
PAYMENTS = "external_id,invoice_external_id,paid_on,amount"


class Killed(BaseException):
    """The process dies."""


def orders(folder: Path, *numbers: int) -> Path:
    return write_csv(folder / "o.csv", ORDERS, [[f"o{n}", "c1", "2024-01-01", "P", 1, 2] for n in numbers])


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "c.csv", "external_id,name", [["c1", "Ada"]])


def test_what_waits_for_what_waits_is_applied_in_turn(tmp_path: Path, customers: Path) -> None:
    load("payments", write_csv(tmp_path / "p.csv", PAYMENTS, [["p1", "i1", "2024-01-03", 2]]))
    load("invoices", write_csv(tmp_path / "i.csv", INVOICES, [["i1", "o1", "2024-01-01", "2024-01-31", 2]]))
    load("orders", orders(tmp_path, 1))
    assert ParkedRow.objects.filter(is_due=False).count() == 3
    assert counts(load("customers", customers)) == {"rows": 1, "created": 1}
    assert not ParkedRow.objects.exists()
    order = Order.objects.get()
    assert order.customer == Customer.objects.get()
    assert str(order.invoices.get().paid) == "2.0000"


def test_a_process_that_dies_before_freeing_leaves_it_to_the_sweeper(
    tmp_path: Path, customers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise Killed

    load("orders", orders(tmp_path, 1))
    with monkeypatch.context() as patched:
        patched.setattr(freeing, "free_due", die)
        with pytest.raises(Killed):
            load("customers", customers)
    assert ParkedRow.objects.get().is_due
    resume_imports()
    assert not ParkedRow.objects.exists()
    assert Order.objects.get().customer == Customer.objects.get()


def test_many_are_freed_in_several_steps(tmp_path: Path, customers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeing, "FIRST_ROWS", 2)
    load("orders", orders(tmp_path, *range(9)))
    load("customers", customers)
    assert (Order.objects.count(), ParkedRow.objects.count()) == (9, 0)


def test_one_that_cannot_be_applied_holds_up_no_other(tmp_path: Path, customers: Path) -> None:
    load("orders", orders(tmp_path, 1, 2, 3))
    bad = ParkedRow.objects.get(external_id="o2")
    bad.rows[0]["quantity"] = "none"
    bad.save()
    batch = load("customers", customers)
    assert batch.state == "done"
    assert sorted(Order.objects.values_list("number", flat=True)) == ["o1", "o3"]
    left = ParkedRow.objects.get()
    assert (left.external_id, left.is_due) == ("o2", False)


def test_a_deadlock_leaves_the_rows_to_the_sweeper(
    tmp_path: Path, customers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_due: freeing.Due, _wait_s: float) -> None:
        raise OperationalError("deadlock detected")

    load("orders", orders(tmp_path, 1))
    with monkeypatch.context() as patched:
        patched.setattr(freeing, "_apply", lose)
        with pytest.raises(locks.Busy):
            load("customers", customers)
    assert ParkedRow.objects.get().is_due
    resume_imports()
    assert Order.objects.get().number == "o1"
    assert not ParkedRow.objects.exists()


def test_a_new_delivery_replaces_a_row_that_cannot_be_applied(tmp_path: Path, customers: Path) -> None:
    load("orders", orders(tmp_path, 1))
    ParkedRow.objects.update(rows=[{"quantity": "none"}])
    load("customers", customers)
    assert counts(load("orders", orders(tmp_path, 1))) == {"rows": 1, "created": 1}
    assert not ParkedRow.objects.exists()


def test_the_sweeper_goes_on_when_freeing_has_to_wait(
    tmp_path: Path, customers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait() -> None:
        raise locks.Busy("Others are at it.")

    load("orders", orders(tmp_path, 1))
    with monkeypatch.context() as patched:
        patched.setattr(freeing, "free_due", wait)
        with pytest.raises(locks.Busy):
            load("customers", customers)
        resume_imports()
    ImportBatchFactory.create(state="queued", path="/nowhere")
    resume_imports()
    assert not ParkedRow.objects.exists()
