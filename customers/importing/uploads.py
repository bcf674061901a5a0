"""Uploads as files: stored under random names in a folder of ours, so that what lies there is ours to delete."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from crm.common.files import is_full
from customers.models import ImportBatch


class FileTooLarge(DomainError):
    """The upload is larger than allowed."""


class NoSpace(DomainError):
    """The disk is full; nothing of the upload was kept."""

    status = 507


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def store(file: "File[bytes]") -> Path:
    """Keep an upload; raises `FileTooLarge` or `NoSpace`, and then keeps none of it."""
    check_size(file, settings.CRM_UPLOAD_MAX_MB)
    return keep(file, folder())


def check_size(file: "File[bytes]", limit_mb: int) -> None:
    if (file.size or 0) > limit_mb * 1024**2:
        raise FileTooLarge(_("The file is larger than %(limit)d MB.") % {"limit": limit_mb})


def keep(file: "File[bytes]", into: Path) -> Path:
    """Under a random name; raises `NoSpace`, and then keeps none of it."""
    path = into / secrets.token_hex(16)
    with _whole_or_not_at_all(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
    return path


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and is_full(error):
            raise NoSpace(_("There is no space left for the file. Nothing of it was kept.")) from error
        raise


def is_deleted(batch: ImportBatch) -> bool:
    """Whether the batch came by an upload that no longer lies here."""
    path = Path(batch.path)
    return path.parent == folder() and not path.exists()
