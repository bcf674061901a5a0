from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile

from crm.common.csv_files import csv_lines
from crm.common.errors import DomainError
from customers.importing import batches, queueing, rejects
from customers.importing.mapping import MappingError
from customers.importing.registry import UnknownKind
from customers.importing.tasks import resume_imports
from customers.models import Customer, ImportBatch
from tests.conftest import NOON
from tests.customers.importing.files import counts

pytestmark = pytest.mark.django_db

FILE = "Kundennr;Firma;E-Mail\n1;Müller GmbH;info@mueller.de\n2;;x\n3;=1+1 & Co;bad\n"
MAPPED = {"external_id": "Kundennr", "name": "Firma", "email": "E-Mail"}


@pytest.fixture
def batch(tmp_path: Path, settings: LazySettings) -> ImportBatch:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    upload = ContentFile(FILE.encode("cp1252"), name="../../Kunden März.csv")
    return batches.create_batch(file=upload, system=batches.find_or_make_system(name="Marketing"), kind="customers")


def test_an_upload_is_kept_under_a_random_name(batch: ImportBatch, tmp_path: Path) -> None:
    path = Path(batch.path)
    assert (path.parent, len(path.name)) == (tmp_path / "uploads/imports", 32)
    assert (batch.filename, batch.bytes_total, batch.state) == ("Kunden März.csv", len(FILE), "uploaded")


def test_a_mapping_that_does_not_fit_is_refused_before_it_is_queued(batch: ImportBatch) -> None:
    with pytest.raises(MappingError):
        queueing.queue(batch=batch, mapping={"columns": {"name": "Firma"}})
    batch.refresh_from_db()
    assert batch.state == "uploaded"


def test_runs_once_queued_and_lists_the_rejects(batch: ImportBatch) -> None:
    queueing.queue(batch=batch, mapping={"columns": MAPPED})
    with pytest.raises(batches.AlreadyStarted):
        queueing.queue(batch=batch, mapping=batch.mapping)
    batches.run(batch=batch)
    assert (batch.state, counts(batch)) == ("done", {"rows": 3, "created": 2, "rejected": 1})
    assert batches.run(batch=batch).created == 2
    assert "".join(csv_lines(rejects.reject_rows(batch=batch))).splitlines() == [
        "line,column,reason,Kundennr,Firma,E-Mail",
        "3,name,is required,2,,x",
    ]
    odd = Customer.objects.get(name="=1+1 & Co")
    assert (odd.email, list(odd.contact_points.values_list("raw", "normalised"))) == ("bad", [("bad", "")])


@pytest.mark.usefixtures("in_november")
def test_an_import_stamped_while_the_clock_was_ahead_is_taken_up(batch: ImportBatch) -> None:
    queueing.queue(batch=batch, mapping={"columns": MAPPED})
    ahead = NOON + timedelta(days=1)
    ImportBatch.objects.filter(pk=batch.pk).update(state="staging", created_at=ahead, started_at=ahead)
    resume_imports()
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("done", 2)


def test_a_file_that_cannot_be_read_fails_the_import_with_the_reason(batch: ImportBatch) -> None:
    queueing.queue(batch=batch, mapping={"columns": MAPPED})
    Path(batch.path).unlink()
    with pytest.raises(DomainError):
        batches.run(batch=batch)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert "There is no file" in batch.error


def test_an_unknown_kind_is_refused_naming_those_there_are() -> None:
    with pytest.raises(UnknownKind, match="“pets” is no kind of file; there are: calls, contacts, costs, customers"):
        batches.create_batch(file=Path("x"), system=batches.find_or_make_system(name="a"), kind="pets")
