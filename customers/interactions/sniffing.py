"""What a file is by its bytes, and whether such files are kept.

The name's ending says what somebody takes it for, the bytes what it is: they have to agree.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Final

import puremagic
from django.core.files.base import File
from django.utils.translation import gettext as _

from crm.common.errors import DomainError

OFFICE: Final = "application/vnd.openxmlformats-officedocument."
OPEN: Final = "application/vnd.oasis.opendocument."
LONGEST_DIRECTORY: Final = 1024**2  # of a ZIP's list of what is in it
LONGEST_COMMENT: Final = 65_535
# What text files have besides printable characters: tab, line feed, form feed, carriage return, escape never.
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\f\r")) + b"\x7f"


class NotKept(DomainError):
    """Files of this kind are not kept."""


class SaysOtherwise(DomainError):
    """The bytes are not what the name says."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`found`: the endings under which puremagic knows such bytes, none for text. `inside`: of a ZIP, what it holds."""

    content_type: str
    found: frozenset[str] = frozenset()
    inside: bytes = b""


def _kind(content_type: str, *found: str, inside: bytes = b"") -> Kind:
    return Kind(content_type=content_type, found=frozenset(found), inside=inside)


_OLD_OFFICE: Final = (".doc", ".xls", ".ppt", ".msg")  # one container
_ZIP: Final = (".zip", ".docx", ".odt")
KINDS: Final[dict[str, Kind]] = {
    ".pdf": _kind("application/pdf", ".pdf"),
    ".txt": _kind("text/plain"), ".md": _kind("text/plain"), ".csv": _kind("text/csv"),
    ".rtf": _kind("application/rtf", ".rtf"),
    ".doc": _kind("application/msword", *_OLD_OFFICE),
    ".xls": _kind("application/vnd.ms-excel", *_OLD_OFFICE),
    ".ppt": _kind("application/vnd.ms-powerpoint", *_OLD_OFFICE),
    ".docx": _kind(f"{OFFICE}wordprocessingml.document", *_ZIP, inside=b"word/document"),
    ".xlsx": _kind(f"{OFFICE}spreadsheetml.sheet", *_ZIP, inside=b"xl/workbook"),
    ".pptx": _kind(f"{OFFICE}presentationml.presentation", *_ZIP, inside=b"ppt/presentation"),
    ".odt": _kind(f"{OPEN}text", *_ZIP, inside=b"content.xml"),
    ".ods": _kind(f"{OPEN}spreadsheet", *_ZIP, inside=b"content.xml"),
    ".odp": _kind(f"{OPEN}presentation", *_ZIP, inside=b"content.xml"),
    ".png": _kind("image/png", ".png"),
    ".jpg": _kind("image/jpeg", ".jpg", ".jpeg"), ".jpeg": _kind("image/jpeg", ".jpg", ".jpeg"),
    ".gif": _kind("image/gif", ".gif"), ".webp": _kind("image/webp", ".webp"),
    ".heic": _kind("image/heic", ".heic", ".heif"), ".heif": _kind("image/heif", ".heic", ".heif"),
    ".tif": _kind("image/tiff", ".tif", ".tiff"), ".tiff": _kind("image/tiff", ".tif", ".tiff"),
    ".bmp": _kind("image/bmp", ".bmp"),
    ".mp3": _kind("audio/mpeg", ".mp3", ".mpga"), ".wav": _kind("audio/wav", ".wav"),
    ".ogg": _kind("audio/ogg", ".ogg", ".oga"), ".opus": _kind("audio/ogg", ".ogg", ".oga", ".opus"),
    ".m4a": _kind("audio/mp4", ".m4a"), ".flac": _kind("audio/flac", ".flac"),
    ".eml": _kind("message/rfc822"), ".msg": _kind("application/vnd.ms-outlook", *_OLD_OFFICE),
    ".zip": _kind("application/zip", *_ZIP),
}  # fmt: skip
KEPT: Final = ", ".join(sorted(ending.removeprefix(".").upper() for ending in KINDS))
_RUNS: Final = frozenset({".html", ".svg", ".xhtml"})
"""Text that a browser would run."""


def sniff(file: "File[bytes]", name: str) -> str:
    """The content type. Raises `NotKept` for what is on no list, `SaysOtherwise` where the bytes are something else."""
    ending = PurePath(name).suffix.lower()
    kind = KINDS.get(ending)
    if kind is None:
        raise NotKept(_("Files of this kind are not kept. Kept are: %(kinds)s.") % {"kinds": KEPT})
    if not _agrees(file, kind):
        words = _("By its content this is no %(kind)s file, whatever its name says. Nothing of it was kept.")
        raise SaysOtherwise(words % {"kind": ending.removeprefix(".").upper()})
    return kind.content_type


def _agrees(file: "File[bytes]", kind: Kind) -> bool:
    found = _found(file)
    if not kind.found:
        return _is_text(file.chunks()) and not found & _RUNS
    return bool(found & kind.found) and (not kind.inside or _holds(file, kind.inside))


def _found(file: "File[bytes]") -> set[str]:
    file.seek(0)
    try:
        return {str(match.extension).lower() for match in puremagic.magic_stream(file)}
    except (puremagic.PureError, ValueError):  # it knows nothing of it
        return set()


def _is_text(chunks: Iterable[bytes]) -> bool:
    """UTF-16 with its mark, or any encoding in which control characters are what they are in ASCII."""
    is_wide = False
    for at, chunk in enumerate(chunks):
        if at == 0:
            is_wide = chunk.startswith((b"\xff\xfe", b"\xfe\xff"))
        if not is_wide and len(chunk.translate(None, _CONTROLS)) != len(chunk):
            return False
    return True


def _holds(file: "File[bytes]", name: bytes) -> bool:
    """Whether a ZIP lists a part whose name begins so, and no macro; read without unpacking anything."""
    listed = _directory(file)
    return name in listed and b"vbaProject" not in listed


def _directory(file: IO[bytes] | "File[bytes]") -> bytes:
    """The list at the end of a ZIP as it stands there; nothing where there is none, or one longer than sensible."""
    end, size = struct.Struct("<4s4H2LH"), file.seek(0, 2)
    length = min(size, end.size + LONGEST_COMMENT)
    file.seek(size - length)
    tail = file.read(length)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < end.size:
        return b""
    *_others, directory_size, directory_at, _comment = end.unpack_from(tail, at)
    if directory_size > LONGEST_DIRECTORY:
        return b""
    file.seek(directory_at)
    return file.read(directory_size)
