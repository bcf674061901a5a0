"""A customer typed in while a file brings the same one: whoever comes second sees the first, and nobody fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from django.db import connection, transaction

from customers.identity.editing import create_customer
from customers.identity.linking import link_key
from customers.models import Customer
from tests.beside import wait_until_somebody_waits
from tests.customers.importing.files import counts, load, write_csv

pytestmark = pytest.mark.django_db(transaction=True)
KEY = link_key(name="Acme", email="a@acme.com", record="")


@contextmanager
def uncommitted_customer() -> Iterator[None]:
    """Another connection holds a customer of that link key, and commits as soon as somebody waits for it."""
    written = Event()

    def write() -> None:
        try:
            with transaction.atomic():
                Customer.objects.create(name="Acme", link_key=KEY)
                written.set()
                wait_until_somebody_waits()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(write)
        assert written.wait(10)
        yield
        writing.result()


def test_typing_in_a_customer_that_an_import_is_bringing() -> None:
    with uncommitted_customer():
        made = create_customer(fields={"name": "Acme", "email": "a@acme.com"})
    assert (Customer.objects.count(), made.link_key) == (2, f"rec:crm:typed/{made.pk}")


def test_importing_a_customer_that_is_being_typed_in(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "c.csv", "external_id,name,email", [["1", "Acme", "a@acme.com"]])
    with uncommitted_customer():
        assert counts(load("customers", file)) == {"rows": 1, "created": 1}
    assert Customer.objects.get().source_records.get().external_id == "1"
