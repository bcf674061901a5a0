"""An import killed with -9 at any point is started again and ends as if nothing had been."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from crm.common import locks
from customers.importing import batches, queueing
from customers.models import Customer, ImportBatch, Order, OrderLine, ParkedRow, SourceRecord
from customers.tasks import resume_imports, run_import
from tests.customers.importing.files import counts, write_csv
from tests.database import another_connection
from tests.reliability.conftest import Begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

ORDERS, LINES_EACH = 8_000, 3
HEADERS = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
TOTAL = Decimal(ORDERS * LINES_EACH * 2)
WaitFor = Callable[[Callable[[], object]], None]


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    rows = [
        [f"o{number}", f"c{number % 500}", "2024-01-01", f"P{line}", 2, 1]
        for line in range(LINES_EACH)
        for number in range(ORDERS)
    ]
    return write_csv(tmp_path / "orders.csv", HEADERS, rows)


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.json"
    path.write_text('{"create_missing": {"customers": {}}}')
    return path


def orders_file(orders: Path, mapping: Path) -> tuple[str, ...]:
    return ("import_file", "orders", str(orders), "--source", "shop", "--mapping", str(mapping), "--json")


def kill(process: BaseProcess) -> None:
    process.kill()
    process.join()


def batch_reached(*, state: str, rows: int = 0, buckets: int = 0) -> bool:
    return ImportBatch.objects.filter(state=state, rows__gte=rows, buckets_done__gte=buckets).exists()


def assert_whole() -> None:
    assert (Order.objects.count(), OrderLine.objects.count(), Customer.objects.count()) == (ORDERS, 24_000, 500)
    assert OrderLine.objects.aggregate(total=Sum("amount_company"))["total"] == TOTAL
    assert SourceRecord.objects.filter(kind="orders").count() == ORDERS
    assert not ParkedRow.objects.exists()


def test_killed_while_reading_and_while_applying(orders: Path, mapping: Path, begin: Begin, wait_for: WaitFor) -> None:
    command = orders_file(orders, mapping)
    for reached in ({"state": "staging", "rows": 5_000}, {"state": "applying"}, {"state": "applying", "buckets": 1}):
        process = begin(partial(call_command, *command))
        wait_for(partial(batch_reached, **reached))
        kill(process)
    result = json.loads(from_outside(*command))
    assert {name: result[name] for name in ("rows", "created", "updated", "unchanged", "rejected", "parked")} == {
        "rows": 24_000, "created": 24_000, "updated": 0, "unchanged": 0, "rejected": 0, "parked": 0,
    }  # fmt: skip
    assert ImportBatch.objects.count() == 1
    assert_whole()
    assert not _staging_tables()


def from_outside(*command: str) -> str:
    """What the command says."""
    found = settings.DATABASES["default"]
    url = f"postgres://{found['USER']}:{quote(found['PASSWORD'] or '')}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "SECRET_KEY": settings.SECRET_KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout or done.stderr


def test_the_sweeper_finishes_what_a_killed_worker_left(
    orders: Path, mapping: Path, begin: Begin, wait_for: WaitFor
) -> None:
    process = begin(partial(call_command, *orders_file(orders, mapping)))
    wait_for(lambda: batch_reached(state="applying", buckets=1))
    kill(process)
    wait_for(lambda: resume_imports() is None and ImportBatch.objects.get().state == "done")
    assert counts(ImportBatch.objects.get()) == {"rows": 24_000, "created": 24_000}
    assert_whole()


def test_a_database_that_lost_its_unlogged_tables_is_staged_again(
    orders: Path, mapping: Path, begin: Begin, wait_for: WaitFor
) -> None:
    process = begin(partial(call_command, *orders_file(orders, mapping)))
    wait_for(lambda: batch_reached(state="applying", buckets=1))
    kill(process)
    with connection.cursor() as cursor:
        for name in _staging_tables():
            cursor.execute(f"TRUNCATE {name}")
    batch = ImportBatch.objects.get()
    wait_for(lambda: run_import(batch_id=batch.pk) is None and ImportBatch.objects.get().state == "done")
    assert counts(ImportBatch.objects.get()) == {"rows": 24_000, "created": 24_000}
    assert_whole()


def test_two_workers_do_not_share_an_import(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "c.csv", "external_id,name", [["1", "Ada"]])
    batch = batches.create_batch(file=file, system=batches.find_or_make_system(name="crm"), kind="customers")
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", locks.import_worker(batch.pk))
        with pytest.raises(locks.Busy):
            batches.run(batch=batch)
        run_import(batch_id=batch.pk)
        other.execute("SELECT pg_advisory_unlock(%s, %s)", locks.import_worker(batch.pk))
    queueing.queue(batch=batch, mapping={})
    run_import(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("done", {"rows": 1, "created": 1})


def _staging_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname || '.' || tablename FROM pg_tables WHERE tablename LIKE 'import\\_stage\\_%'")
        return [name for (name,) in cursor.fetchall()]
