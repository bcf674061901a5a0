from pathlib import Path

import pytest
from django.db import connection, transaction

from customers.importing import applying, batches, pending_entries
from customers.models import Customer
from customers.tasks import resume_imports
from tests.customers.importing.files import counts, load, write_csv
from tests.customers.importing.world import FILES
from tests.database import another_connection, as_owner
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.slow

LOCKED_AGAINST_READERS = """
SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND l.mode = 'AccessExclusiveLock' AND c.relpersistence <> 't'
  AND c.relname NOT LIKE 'import\\_stage\\_%%' AND c.relkind IN ('r', 'i') AND c.relnamespace = 'public'::regnamespace
"""
MANY = 2_500


@pytest.fixture
def many(tmp_path: Path) -> Path:
    rows = [[number, f"Gathered {number}", f"g{number}@x.de"] for number in range(MANY)]
    return write_csv(tmp_path / "c.csv", "external_id,name,email", rows)


def pending(index: str) -> int:
    """Entries in the index's list, by merging it."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_new_customers_are_found_while_their_entries_wait_and_afterwards() -> None:
    CustomerFactory.create(name="Gathered")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert Customer.objects.filter(search__contains="gathered").count() == 1
    pending_entries.merge_all()
    assert pending("customer_search") == 0
    assert Customer.objects.filter(search__contains="gathered").count() == 1


@pytest.mark.django_db
def test_entries_wait_for_whoever_merges_them() -> None:
    CustomerFactory.create(name="Gathered")
    assert pending("customer_search") > 0


@pytest.mark.django_db
def test_an_import_leaves_no_entries_waiting(many: Path) -> None:
    assert counts(load("customers", many)) == {"rows": MANY, "created": MANY}
    assert (pending("customer_search"), pending("contact_point_email")) == (0, 0)


@pytest.mark.django_db
def test_the_sweeper_merges_what_people_typed() -> None:
    CustomerFactory.create(name="Gathered")
    resume_imports()
    assert pending("customer_search") == 0


@pytest.mark.django_db
def test_the_sweeper_merges_what_an_import_that_died_had_left(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying.freeing, "free_due", died)
    with pytest.raises(KeyboardInterrupt):
        load("customers", many)
    monkeypatch.undo()
    assert pending("contact_point_email") > 0
    monkeypatch.setattr(batches, "unfinished", list)  # another worker is at it
    resume_imports()
    assert pending("customer_search") == 0


def died() -> None:
    raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
def test_customers_are_read_while_an_import_has_not_committed(many: Path) -> None:
    with another_connection() as reader:
        reader.execute("SET lock_timeout = '100ms'; SET enable_seqscan = off")
        with transaction.atomic():
            load("customers", many)
            found = reader.execute("SELECT count(*) FROM customers_customer WHERE search LIKE '%gathered%'").fetchone()
        assert found == (0,)


@pytest.mark.django_db(transaction=True)
def test_no_kind_of_import_locks_a_table_against_readers(tmp_path: Path) -> None:
    for position, (source, kind, mapping, headers, rows) in enumerate(FILES):
        with transaction.atomic(), connection.cursor() as cursor:
            load(kind, write_csv(tmp_path / f"{position}.csv", headers, rows), source=source, mapping=mapping)
            cursor.execute(LOCKED_AGAINST_READERS)
            assert cursor.fetchall() == [], kind
