import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.importing import uploads
from customers.models import ImportBatch
from tests.conftest import ClientFor
from tests.factories.importing import ImportBatchFactory


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: LazySettings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The next upload is written to where there is never any space."""
    monkeypatch.setattr(secrets, "token_hex", lambda _bytes: "full")
    uploads.folder().mkdir()
    (uploads.folder() / "full").symlink_to("/dev/full")
    return uploads.folder() / "full"


def test_an_upload_is_kept_whole_under_a_random_name() -> None:
    path = uploads.store(ContentFile(b"x" * 100_000, name="../../etc/passwd"))
    assert (path.parent, len(path.name), path.read_bytes()) == (uploads.folder(), 32, b"x" * 100_000)


def test_an_upload_too_large_is_refused(media: Path, settings: LazySettings) -> None:
    settings.CRM_UPLOAD_MAX_MB = 0
    with pytest.raises(uploads.FileTooLarge):
        uploads.store(ContentFile(b"x"))
    assert list(media.iterdir()) == []


def test_nothing_is_left_of_an_upload_that_fills_the_disk(full_disk: Path) -> None:
    with pytest.raises(uploads.NoSpace, match="no space left for the file"):
        uploads.store(ContentFile(b"x" * 100_000))
    assert not full_disk.is_symlink()


def test_nothing_is_left_of_an_upload_that_breaks_off() -> None:
    class BreaksOff(ContentFile[bytes]):
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:  # noqa: ARG002 - Django's
            yield b"x" * 100_000
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        uploads.store(BreaksOff(b""))
    assert list(uploads.folder().iterdir()) == []


@pytest.mark.django_db
def test_the_page_says_that_there_is_no_space(client_for: ClientFor, full_disk: Path) -> None:
    file = SimpleUploadedFile("a.csv", b"x" * 100_000)
    answer = client_for("manager").post("/imports/new/", {"file": file, "source": "shop", "kind": "customers"})
    assert answer.status_code == 507
    assert answer.context["form"].errors == {"file": ["There is no space left for the file. Nothing of it was kept."]}
    assert not ImportBatch.objects.exists()
    assert not full_disk.is_symlink()


@pytest.mark.django_db
def test_of_a_deleted_upload_the_page_says_so(client_for: ClientFor, tmp_path: Path) -> None:
    client, said = client_for("manager"), "The uploaded file has been deleted since."
    path = uploads.store(ContentFile(b"id\n1\n"))
    kept = ImportBatchFactory.create(state="done", path=str(path))
    assert said not in client.get(f"/imports/{kept.pk}/").content.decode()
    path.unlink()
    assert said in client.get(f"/imports/{kept.pk}/").content.decode()
    elsewhere = ImportBatchFactory.create(state="done", path=str(tmp_path / "gone.csv"))
    assert said not in client.get(f"/imports/{elsewhere.pk}/").content.decode()
    unmapped = ImportBatchFactory.create(state="uploaded", path=str(path))
    page = client.get(f"/imports/{unmapped.pk}/map/")
    assert page.status_code == 422
    assert page.context["problem"] == "The file is no longer there. Upload it again."
