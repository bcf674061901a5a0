import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from openpyxl import load_workbook

from accounts.models import User
from crm.common.audit.models import AuditEntry
from customers.models import BulkJob
from customers.page.bulk import files, running
from customers.page.bulk.tasks import delete_exports
from tests.conftest import NOON, UserFor
from tests.customers.page.bulk.asked import begun, counts, done, three
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("sales")


def lines(job: BulkJob) -> list[str]:
    return Path(job.path).read_text("utf-8-sig").splitlines()


def test_writes_those_who_were_meant_by_name(by: User) -> None:
    three()
    job = begun("export", by, format="csv", columns=["name", "kind"])
    CustomerFactory.create(name="D")
    job = done(job)
    assert [line.split(",", 1)[1] for line in lines(job)] == [
        "name,kind", "A,organization", "B,organization", "C,organization",
    ]  # fmt: skip
    assert counts(job) == ("done", 3, 3, 0, 0)
    assert Path(job.path).stat().st_mode & 0o777 == 0o600
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.count, entry.details) == ("customers.export", 3, {"bulk": job.pk, "picked": 3})


def test_writes_them_in_the_order_of_the_list(by: User) -> None:
    three()
    job = done(begun("export", by, format="csv", columns=["name"], order="-search"))
    assert [line.split(",")[1] for line in lines(job)] == ["name", "C", "B", "A"]


def test_writes_a_spreadsheet_with_all_columns(by: User) -> None:
    CustomerFactory.create(name="=1+1", phone="+49 30 1234")
    sheet = load_workbook(done(begun("export", by, format="xlsx")).path)["Customers"]
    header, row = ([cell.value for cell in row] for row in sheet.rows)
    found = dict(zip(header, row, strict=True))
    assert (found["name"], found["phone"], len(header)) == ("'=1+1", "+49 30 1234", 25)


def test_who_is_gone_or_no_longer_to_be_seen_is_not_in_it(by: User) -> None:
    first, *_others = three()
    job = begun("export", by, format="csv")
    first.delete()
    assert counts(done(job)) == ("done", 3, 2, 0, 0)


def test_says_meanwhile_how_many_there_are(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TOLD_EVERY", 2)
    three()
    job = begun("export", by, format="csv")
    seen = []

    def watched(rows: Iterator[str]) -> Iterator[str]:
        for row in rows:
            seen.append(BulkJob.objects.get().done)
            yield row

    lines_of = files.csv_lines
    monkeypatch.setattr(files, "csv_lines", lambda rows: watched(lines_of(rows)))
    assert done(job).done == 3
    assert seen == [0, 0, 1, 1]


def test_one_that_breaks_off_leaves_no_file_and_begins_anew(
    by: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three()
    job = begun("export", by, format="csv")
    with monkeypatch.context() as patch:
        patch.setattr(files, "csv_lines", broken)
        with pytest.raises(OSError, match="gone"):
            running.run(job=job)
    assert list(folder.iterdir()) == []
    assert len(lines(done(job))) == 4


def broken(_rows: object) -> Iterator[str]:
    yield "half\r\n"
    raise OSError("gone")


def test_a_full_disk_is_said(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_rows: object) -> Iterator[str]:
        raise OSError(28, "No space left on device")

    three()
    monkeypatch.setattr(files, "csv_lines", full)
    assert done(begun("export", by, format="csv")).error == "There is no space left for the file."


def test_is_to_be_had_for_a_week(by: User, folder: Path) -> None:
    three()
    job = done(begun("export", by, format="csv"))
    week = timedelta(days=7)
    assert files.expires_at(job) == NOON + week
    assert files.find_file(job, now=NOON + week - timedelta(seconds=1)) == Path(job.path)
    assert files.find_file(job, now=NOON + week) is None
    job.path = str(folder.parent / "elsewhere.csv")
    Path(job.path).touch()
    assert files.find_file(job, now=NOON) is None


def test_is_deleted_after_a_week_and_what_lies_beside_is_not(by: User, folder: Path) -> None:
    three()
    old, new = (done(begun("export", by, format=kind)) for kind in ("csv", "xlsx"))
    other = folder / "notes.txt"
    other.touch()
    (folder / "customers-9.part").symlink_to(folder / "gone")  # as one that goes while it is looked at
    long_ago = (NOON - timedelta(days=8)).timestamp()
    for path in (Path(old.path), other):
        os.utime(path, (long_ago, long_ago))
    os.utime(new.path, (NOON.timestamp(), NOON.timestamp()))
    delete_exports()
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [f"customers-{new.pk}.xlsx", "notes.txt"]
    assert files.find_file(old, now=NOON) is None
