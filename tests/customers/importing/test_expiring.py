import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from customers.importing import rejects, uploads
from customers.importing.expiring import delete_expired
from customers.models import ImportBatch
from tests.factories.importing import ImportBatchFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAYS = timedelta(days=1)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, settings: LazySettings) -> None:
    settings.MEDIA_ROOT, settings.VAR_DIR, settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "u", tmp_path, tmp_path / "tmp"
    settings.CRM_KEEP_UPLOADS_DAYS = 30


def file(path: Path, *, age: timedelta) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    moment = (NOW - age).timestamp()
    os.utime(path, times=(moment, moment))
    return path


def upload(name: str, *, age: timedelta) -> Path:
    return file(uploads.folder() / name, age=age)


def batch(path: Path, state: str, *, made: timedelta, over: timedelta | None = None) -> ImportBatch:
    found = ImportBatchFactory.create(path=str(path), state=state, finished_at=None if over is None else NOW - over)
    ImportBatch.objects.filter(pk=found.pk).update(created_at=NOW - made)
    return found


@pytest.mark.parametrize("state", ["done", "failed"])
def test_an_upload_goes_thirty_days_after_its_import_was_over(state: str) -> None:
    path = upload("a", age=40 * DAYS)
    made = batch(path, state, made=40 * DAYS, over=30 * DAYS)
    assert (delete_expired(now=NOW), path.exists()) == (0, True)
    ImportBatch.objects.update(finished_at=NOW - 31 * DAYS)
    assert (delete_expired(now=NOW), path.exists()) == (1, False)
    made.refresh_from_db()
    assert (made.state, made.error) == (state, "")
    assert delete_expired(now=NOW) == 0


def test_one_nobody_mapped_goes_too_and_has_failed() -> None:
    path = upload("a", age=31 * DAYS)
    made = batch(path, "uploaded", made=31 * DAYS)
    assert (delete_expired(now=NOW), path.exists()) == (1, False)
    made.refresh_from_db()
    assert (made.state, made.error) == (
        "failed", "Nobody mapped its columns within 30 days; the file was deleted.",
    )  # fmt: skip


@pytest.mark.parametrize("state", ["queued", "staging", "applying"])
def test_an_import_that_is_not_over_keeps_its_file(state: str) -> None:
    path = upload("a", age=300 * DAYS)
    batch(path, state, made=300 * DAYS)
    assert (delete_expired(now=NOW), path.exists()) == (0, True)


def test_a_file_that_two_imports_read_goes_after_the_later() -> None:
    path = upload("a", age=50 * DAYS)
    batch(path, "done", made=50 * DAYS, over=50 * DAYS)
    later = batch(path, "done", made=10 * DAYS, over=10 * DAYS)
    assert (delete_expired(now=NOW), path.exists()) == (0, True)
    later.delete()
    assert (delete_expired(now=NOW), path.exists()) == (1, False)


def test_what_a_command_named_stays(tmp_path: Path) -> None:
    theirs = file(tmp_path / "customers.csv", age=300 * DAYS)
    within = file(uploads.folder() / "folder/customers.csv", age=300 * DAYS)
    for path in (theirs, within):
        batch(path, "done", made=300 * DAYS, over=300 * DAYS)
    assert delete_expired(now=NOW) == 0
    assert theirs.exists()
    assert within.exists()


def test_an_upload_without_a_batch_was_left_behind() -> None:
    old, young = upload("a", age=1.1 * DAYS), upload("b.part", age=0.9 * DAYS)  # being copied
    assert (delete_expired(now=NOW), old.exists(), young.exists()) == (1, False, True)


def test_lists_of_rejects_go_likewise() -> None:
    old, young = (file(rejects.folder() / f"import-{days}.csv", age=days * DAYS) for days in (31, 29))
    other = file(rejects.folder() / "notes.txt", age=31 * DAYS)
    assert (delete_expired(now=NOW), old.exists(), young.exists(), other.exists()) == (1, False, True, True)


def test_zero_days_keep_everything_but_what_an_interrupted_upload_left(tmp_path: Path, settings: LazySettings) -> None:
    settings.CRM_KEEP_UPLOADS_DAYS = 0
    kept = [upload("a", age=3000 * DAYS), file(rejects.folder() / "import-1.csv", age=3000 * DAYS)]
    left = file(tmp_path / "tmp/tmpx.upload.csv", age=2 * DAYS)
    coming = file(tmp_path / "tmp/tmpy.upload.csv", age=DAYS / 2)
    assert (delete_expired(now=NOW), left.exists(), coming.exists()) == (1, False, True)
    assert all(path.exists() for path in kept)
