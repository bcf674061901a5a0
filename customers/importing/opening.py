"""Opens a file by its content, not its name: plain, gzip or zip with one file; bombs are refused."""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.errors import DomainError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 256 * 1024
_ALWAYS_FINE = 64 * 1024 * 1024
_LARGEST_RATIO = 300
_LONGEST_LINE = 1024 * 1024
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
# How files begin that people take for tables, and what they are.
_NO_TABLES = {
    b"%PDF": gettext_lazy("This is a PDF. Export the data as CSV or XLSX instead."),
    b"\xd0\xcf\x11\xe0": gettext_lazy(
        "This is a document of an old Office version (.xls, .doc). Save it as XLSX or CSV."
    ),
    b"\x89PNG": gettext_lazy("This is a picture, not a table. Export the data as CSV or XLSX instead."),
    b"\xff\xd8\xff": gettext_lazy("This is a picture, not a table. Export the data as CSV or XLSX instead."),
}


_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL
)


class Unreadable(DomainError):
    """The file cannot be opened as what it claims to be."""


def largest() -> int:
    """Most bytes a file may unpack to."""
    return int(getattr(settings, "CRM_IMPORT_MAX_BYTES", 8 * 1024**3))


class Opened(io.RawIOBase):
    """The unpacked bytes of a file, counted against the limits; `position()` is how far the file itself was read."""

    def __init__(self, stream: IO[bytes], position: Callable[[], int]) -> None:
        super().__init__()
        self._stream = stream
        self.position = position
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        try:
            data = self._stream.read(memoryview(buffer).nbytes)
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
            raise Unreadable(_("The compressed file is damaged: %(error)s") % {"error": error}) from error
        self._count += len(data)
        self._guard()
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def _guard(self) -> None:
        if self._count > largest():
            raise Unreadable(_("The file unpacks to more than %(limit)d bytes.") % {"limit": largest()})
        if self._count > _ALWAYS_FINE and self._count > _LARGEST_RATIO * max(self.position(), 1):
            raise Unreadable(
                _("The file unpacks to more than %(ratio)d times its size; this looks like an archive bomb.")
                % {"ratio": _LARGEST_RATIO}
            )


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The bytes inside `path`; raises `Unreadable` for what cannot be opened."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Unreadable(_("The file cannot be read: %(error)s") % {"error": error.strerror}) from error
    with raw:
        _refuse_what_is_no_table(path)
        if _starts(path, b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield Opened(cast("IO[bytes]", unpacked), raw.tell)
        elif _starts(path, b"PK\x03\x04"):
            with _archive(raw) as archive, archive.open(_only_member(archive)) as member:
                yield Opened(member, raw.tell)
        else:
            yield Opened(raw, raw.tell)


def _refuse_what_is_no_table(path: Path) -> None:
    for magic, words in _NO_TABLES.items():
        if _starts(path, magic):
            raise Unreadable(str(words))
    with path.open("rb") as stream:
        if _WEB_PAGE.match(stream.read(1_000)):
            raise Unreadable(
                _("This is a web page, such as one that asks to sign in. Export the data as CSV or XLSX instead.")
            )


def buffered(raw: Opened) -> io.BufferedReader:
    return io.BufferedReader(raw, BLOCK)


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a format that goes by lines, each with its end; raises `Unreadable` for one without."""
    while line := stream.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise Unreadable(_("A line is longer than %(limit)d characters.") % {"limit": _LONGEST_LINE})
        yield line


def blocks(path: Path, *, most: int | None = None) -> Iterator[bytes]:
    """The bytes inside `path`, at least `most` where that is given and there are so many."""
    given = 0
    with opened(path) as stream:
        while (most is None or given < most) and (block := stream.read(BLOCK)):
            given += len(block)
            yield block


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


def _archive(raw: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(raw)
    except zipfile.BadZipFile as error:
        raise Unreadable(_("The ZIP file is damaged: %(error)s") % {"error": error}) from error


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        info
        for info in archive.infolist()
        if not info.is_dir() and not info.filename.startswith(("__MACOSX/", ".")) and "/." not in info.filename
    ]
    if len(members) != 1:
        names = ", ".join(info.filename for info in members[:5]) or _("none")
        raise Unreadable(_("The ZIP file must hold exactly one file; it holds: %(names)s") % {"names": names})
    if members[0].flag_bits & 0x1:
        raise Unreadable(_("The ZIP file is protected by a password."))
    if members[0].compress_type not in _PACKINGS:
        raise Unreadable(_("The ZIP file is packed in a way that may ask for all memory. Pack it as ZIP or GZIP."))
    return members[0]
