"""Which imports run at once, and which take turns."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from crm.common import locks
from customers.importing import batches, locking
from customers.models import ImportBatch, Order, ParkedRow
from customers.tasks import run_import
from tests.customers.importing.files import counts, load, write_csv
from tests.database import another_connection
from tests.threads import begin, end

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Wait = Callable[[Callable[[], object]], None]
BARE = {"create_missing": {"customers": {}}}
ORDERS = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
HELD = """
SELECT classid::int, objid::int, mode = 'ExclusiveLock' FROM pg_locks
WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 2 AND classid <> %s
"""


def order(number: int, customer: str = "c1") -> list[object]:
    return [f"o{number}", customer, "2024-01-01", "P", 1, 2]


def held() -> set[tuple[locks.Key, bool]]:
    """The keys of this session and whether it holds them alone; without the one of the import's worker."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [locks.Family.IMPORT_WORKER])
        return {(locks.Key(family, number), alone) for family, number, alone in cursor.fetchall()}


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(  # only of this database: other tests work beside, on the same server
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def sources() -> None:
    for name in ("shop", "crm", "market"):
        batches.find_or_make_system(name=name)


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "c.csv", "external_id,name", [["c1", "Ada"]])


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "o.csv", ORDERS, [order(1)])


def test_customers_are_theirs_alone_and_say_who_is_who(customers: Path) -> None:
    with transaction.atomic():
        load("customers", customers, source="crm")
        assert held() >= {(locks.source("crm", "customers"), True), (locks.IDENTITY, True), (locks.IMPORTS, False)}


def test_orders_share_the_customers_they_name_whichever_source_has_them(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", ORDERS, [order(1), order(2, "CRM/9"), order(3, "nowhere/9")])
    with transaction.atomic():
        load("orders", file)
        assert held() - {(locks.ZONE, False)} == {
            (locks.IMPORTS, False),
            (locks.FACTS, False),
            (locks.MERGES, False),
            (locks.source("shop", "orders"), True),
            (locks.source("shop", "products"), True),
            (locks.source("shop", "customers"), False),
            (locks.source("crm", "customers"), False),
            (locks.source("nowhere", "customers"), False),
        }


def test_orders_that_make_customers_say_who_is_who(orders: Path) -> None:
    with transaction.atomic():
        load("orders", orders, mapping=BARE)
        assert held() >= {(locks.source("shop", "customers"), True), (locks.IDENTITY, True)}


def test_payments_are_alone_with_their_invoices(tmp_path: Path) -> None:
    headers = "external_id,invoice_external_id,paid_on,amount"
    file = write_csv(tmp_path / "p.csv", headers, [["p1", "finance/1", "2024-01-01", 1], ["p2", "1", "2024-01-01", 1]])
    with transaction.atomic():
        load("payments", file, source="bank")
        assert held() >= {(locks.source(name, "invoices"), True) for name in ("bank", "finance")}


def test_who_names_too_many_sources_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "MANY_NAMES", 3)
    for count, alone in ((3, False), (4, True)):
        file = write_csv(tmp_path / f"{count}.csv", ORDERS, [order(n, f"A{n}/9") for n in range(count)])
        with transaction.atomic():
            load("orders", file)
            assert (locks.IMPORTS, alone) in held()


def test_other_kinds_and_sources_do_not_wait(customers: Path, orders: Path, tmp_path: Path) -> None:
    products = write_csv(tmp_path / "p.csv", "external_id,name", [["P", "Cup"]])
    with transaction.atomic():
        load("orders", orders)
        end(begin(lambda: load("orders", orders, source="market")))
        end(begin(lambda: load("products", products, source="market")))
        end(begin(lambda: load("customers", customers, source="crm")))


def test_the_same_kind_and_source_takes_turns(orders: Path, wait_for: Wait) -> None:
    with transaction.atomic():
        load("orders", orders, mapping=BARE)
        second = begin(lambda: load("orders", orders, mapping=BARE))
        wait_for(someone_waits)
    end(second)
    assert Order.objects.count() == 1
    assert [counts(batch) for batch in ImportBatch.objects.order_by("created")] == [
        {"rows": 1, "unchanged": 1}, {"rows": 1, "created": 1},
    ]  # fmt: skip


def test_a_row_is_not_parked_beside_the_arrival_of_what_it_waits_for(
    customers: Path, orders: Path, wait_for: Wait
) -> None:
    with transaction.atomic():
        load("customers", customers)
        second = begin(lambda: load("orders", orders))
        wait_for(someone_waits)
    end(second)
    assert Order.objects.get().customer is not None


def test_what_arrives_beside_a_row_being_parked_frees_it(customers: Path, orders: Path, wait_for: Wait) -> None:
    with transaction.atomic():
        load("orders", orders)
        second = begin(lambda: load("customers", customers))
        wait_for(someone_waits)
    end(second)
    assert not ParkedRow.objects.exists()
    assert Order.objects.get().customer is not None


def test_an_import_that_waits_in_vain_is_left_to_the_sweeper(orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with another_connection() as other, monkeypatch.context() as patched:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.source("shop", "orders"))
        patched.setattr(locks, "JOB_PATIENCE_S", 0.1)
        with pytest.raises(locks.Busy, match="importing what is of this kind and source"):
            load("orders", orders, mapping=BARE)
        batch = ImportBatch.objects.get()
        assert batch.state == "applying"
        run_import(batch_id=batch.pk)
        batch.refresh_from_db()
        assert (batch.state, batch.error) == ("applying", "")
    run_import(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("done", {"rows": 1, "created": 1})
