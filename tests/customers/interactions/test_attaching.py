import errno
import os
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from crm.common.audit.restoring import NothingToPutBack
from crm.common.errors import DomainError
from customers.identity.holding import CustomerGone
from customers.importing.uploads import FileTooLarge, NoSpace
from customers.interactions import attaching
from customers.interactions.attaching import (
    EmptyFile,
    TooManyFiles,
    attach,
    delete_attachment,
    delete_files,
    deleted_files,
    folder,
    path_of,
    restore_attachment,
    safe_name,
)
from customers.interactions.sniffing import SaysOtherwise
from customers.models import Attachment, Customer
from tests.conftest import NOON
from tests.customers.interactions.attachments import EXE, PDF, uploaded
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.notes import AttachmentFactory, NoteFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


@pytest.fixture
def user() -> User:
    return UserFactory.create()


def kept() -> list[Path]:
    return sorted(folder().glob("*"))


def test_a_file_is_kept_whole_under_a_name_of_ours(customer: Customer, user: User) -> None:
    note = NoteFactory.create(customer=customer)
    file = attach(customer=customer, file=uploaded("Vertrag 合同.pdf"), by=user, now=NOON, note=note)
    file.refresh_from_db()
    assert (file.customer, file.name, file.content_type, file.size) == (
        customer, "Vertrag 合同.pdf", "application/pdf", len(PDF),
    )  # fmt: skip
    assert (file.digest, file.added_by, file.added_at, file.note) == (sha256(PDF).hexdigest(), user, NOON, note)
    assert kept() == [path_of(file)]
    assert path_of(file).read_bytes() == PDF
    assert "pdf" not in file.stored


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (uploaded(content=b""), EmptyFile),
        (uploaded(content=EXE), SaysOtherwise),
        (uploaded(content=PDF + bytes(1024**2)), FileTooLarge),
    ],
)
def test_of_what_is_refused_nothing_is_kept(
    customer: Customer, user: User, settings: Any, file: SimpleUploadedFile, refusal: type[DomainError]
) -> None:
    settings.CRM_ATTACHMENT_MAX_MB = 1
    with pytest.raises(refusal):
        attach(customer=customer, file=file, by=user, now=NOON)
    assert (kept(), Attachment.objects.count()) == ([], 0)


def test_as_many_as_one_list_shows(customer: Customer, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "MOST_OF_ONE", 1)
    attach(customer=customer, file=uploaded(), by=user, now=NOON)
    with pytest.raises(TooManyFiles, match="has 1 files already"):
        attach(customer=customer, file=uploaded(), by=user, now=NOON)
    assert len(kept()) == 1


def test_with_a_customer_who_is_no_more_nothing_is_kept(customer: Customer, user: User) -> None:
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(CustomerGone):
        attach(customer=customer, file=uploaded(), by=user, now=NOON)
    assert kept() == []


def test_a_full_disk_is_said_and_nothing_is_kept(
    customer: Customer, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = uploaded()
    monkeypatch.setattr(attaching, "_digest", lambda _file: monkeypatch.setattr(file, "chunks", full) or "0" * 64)
    with pytest.raises(NoSpace) as refusal:
        attach(customer=customer, file=file, by=user, now=NOON)
    assert (refusal.value.status, kept(), Attachment.objects.count()) == (507, [], 0)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Windows\\a.txt", "a.txt"),
        ("a\0b\n.pdf", "ab.pdf"),
        ("gpj.\u202eexe.pdf", "gpj.exe.pdf"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        (".pdf", "pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("客" * 300 + ".pdf", "客" * 251 + ".pdf"),
        ("a." + "x" * 300, "x" * 255),
        ('Jan & <Co>".pdf', 'Jan & <Co>".pdf'),
    ],
)  # fmt: skip
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert len(safe_name(name)) <= 255


def test_deleted_it_can_be_put_back(customer: Customer, user: User) -> None:
    note = NoteFactory.create(customer=customer)
    file = attach(customer=customer, file=uploaded(), by=user, now=NOON, note=note)
    delete_attachment(attachment=file)
    assert not Attachment.objects.exists()
    (event,) = deleted_files(customer, now=NOON)
    assert restore_attachment(event=event) == file
    assert Attachment.objects.values_list("name", "stored", "note", "added_by").get() == (
        file.name, file.stored, note.pk, user.pk,
    )  # fmt: skip
    assert deleted_files(customer, now=NOON) == []


def test_what_it_was_with_may_be_gone(customer: Customer, user: User) -> None:
    note = NoteFactory.create(customer=customer)
    delete_attachment(attachment=attach(customer=customer, file=uploaded(), by=user, now=NOON, note=note))
    note.delete()
    (event,) = deleted_files(customer, now=NOON)
    assert restore_attachment(event=event).note is None


def test_without_its_file_or_its_customer_nothing_is_put_back(customer: Customer, user: User) -> None:
    file = attach(customer=customer, file=uploaded(), by=user, now=NOON)
    delete_attachment(attachment=file)
    (event,) = deleted_files(customer, now=NOON)
    other = folder() / "other"
    path_of(file).rename(other)
    with pytest.raises(NothingToPutBack, match="This can no longer be put back"):
        restore_attachment(event=event)
    other.rename(path_of(file))
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(NothingToPutBack):
        restore_attachment(event=event)


def test_files_go_thirty_days_after_their_row_and_left_ones_after_a_day(customer: Customer, user: User) -> None:
    stays, goes = (attach(customer=customer, file=uploaded(), by=user, now=NOON) for _ in range(2))
    Attachment.objects.filter(pk=goes.pk).delete()
    event = Attachment.pgh_event_model.objects.get(pgh_label="delete")  # type: ignore[attr-defined]
    left = folder() / "left"
    left.write_bytes(b"half")
    os.utime(left, (NOON.timestamp(), NOON.timestamp()))
    assert delete_files(now=NOON + timedelta(hours=23)) == 0
    assert delete_files(now=NOON + timedelta(hours=25)) == 1
    assert not left.exists()
    month = event.pgh_created_at + timedelta(days=30)
    assert delete_files(now=month - timedelta(seconds=1)) == 0
    assert delete_files(now=month + timedelta(seconds=1)) == 1
    assert kept() == [path_of(stays)]
    with time_machine.travel(month + timedelta(seconds=1)):
        assert delete_files(now=month + timedelta(seconds=1)) == 0


def test_died_in_the_middle_and_beside_another_the_rest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    left = [folder() / name for name in "abc"]
    for path in left:
        path.write_bytes(b"half")
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    later, unlink, left_at = NOON + timedelta(hours=25), Path.unlink, attaching._left_at

    def delete_and_die(path: Path, **how: bool) -> None:
        unlink(path, **how)
        raise KeyboardInterrupt

    def another_deletes(path: Path) -> datetime | None:
        if path == left[1]:
            unlink(path)
        return left_at(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", delete_and_die)
        with pytest.raises(KeyboardInterrupt):
            delete_files(now=later)
    assert kept() == left[1:]
    with monkeypatch.context() as patch:
        patch.setattr(attaching, "_left_at", another_deletes)
        assert delete_files(now=later) == 1
    assert kept() == []


def test_there_may_be_no_folder() -> None:
    AttachmentFactory.create()
    assert delete_files(now=NOON) == 0
