"""A file on its way in is copied among the uploads, with its digest: what is imported stays as it is until it is over,
whatever becomes of it where it came from. Copies are deleted as uploads are.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from crm.common.files import is_full
from customers.importing import uploads

BLOCK: Final = 256 * 1024
PART: Final = ".part"
Read = Callable[[int], bytes]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Where the copy lies, how many bytes it has, and their SHA-256."""

    path: Path
    size: int
    digest: str


def keep(read: Read, *, most: int, path: Path | None = None) -> Kept:
    """What `read` gives, by blocks, to `path`, else among the uploads; under that name it is there when it is whole.

    Raises `uploads.FileTooLarge` or `uploads.NoSpace`, and then keeps none.
    """
    path = path or uploads.folder() / secrets.token_hex(16)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    part = path.with_name(path.name + PART)
    with _whole_or_not_at_all(part):
        with part.open("xb") as target:
            part.chmod(0o600)
            while block := read(BLOCK):
                size += len(block)
                if size > most:
                    raise too_large(most)
                digest.update(block)
                _write(target.write, block)
        part.rename(path)
    return Kept(path=path, size=size, digest=digest.hexdigest())


def too_large(most: int) -> uploads.FileTooLarge:
    return uploads.FileTooLarge(_("The file is larger than %(limit)d MB.") % {"limit": most // 1024**2})


def _write(write: Callable[[bytes], int], block: bytes) -> None:
    try:
        write(block)
    except OSError as error:
        if is_full(error):
            raise uploads.NoSpace(_("There is no space left for the file. Nothing of it was kept.")) from error
        raise


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
