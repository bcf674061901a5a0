"""The files of a folder, below a root that the environment names: only regular ones, and never by way of a symlink.

Each step is taken from the folder that was opened before it, so that whoever may write there cannot exchange one for a
link between the look and the opening.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Final

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing.feeds import environment
from customers.importing.feeds.keeping import Kept, keep
from customers.models import Feed

MOST_FILES: Final = 20_000
LONGEST_NAME: Final = 255


class NotAllowed(DomainError):
    """No folder that feeds may read."""


class NoFolder(DomainError):
    """The folder, or a file in it, cannot be read now."""


class StillWritten(DomainError):
    """It changed while it was copied; nothing was kept."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A regular file of the folder. `mtime_ns`: when it was last written, nanoseconds of the folder's clock."""

    name: str
    size: int
    mtime_ns: int


def check(folder: str, inside: str) -> None:
    """Raises `NotAllowed` unless it is one of the roots, or may lie below it."""
    if Path(folder) not in environment.folders():
        raise NotAllowed(_("The folder “%(folder)s” is not one that feeds may read.") % {"folder": folder})
    parts = PurePosixPath(inside).parts
    if inside and (PurePosixPath(inside).is_absolute() or ".." in parts or "\0" in inside):
        raise NotAllowed(_("“%(inside)s” leads out of the folder.") % {"inside": inside.replace("\0", "␀")})


@contextmanager
def opened(feed: Feed) -> Iterator[int]:
    """A descriptor of the feed's folder. Raises `NotAllowed` or `NoFolder`."""
    check(feed.folder, feed.inside)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    descriptors: list[int] = []
    try:
        try:
            descriptors.append(os.open(feed.folder, flags))
            for part in PurePosixPath(feed.inside).parts:
                descriptors.append(os.open(part, flags | os.O_NOFOLLOW, dir_fd=descriptors[-1]))
        except OSError as error:
            raise _unreadable(str(Path(feed.folder, feed.inside)), error) from error
        yield descriptors[-1]
    finally:
        for descriptor in reversed(descriptors):
            os.close(descriptor)


def files(folder: int, pattern: str) -> list[Found]:
    """Those that fit, oldest first; hidden ones are none. Raises `NoFolder` where there are too many."""
    found: list[Found] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not fnmatch(entry.name, pattern or "*") or not _can_be_said(entry.name):
                continue
            one = _find(folder, entry.name)
            if one:
                found.append(one)
            if len(found) > MOST_FILES:
                raise NoFolder(_("More than %(most)d files fit; narrow their names down.") % {"most": MOST_FILES})
    return sorted(found, key=lambda one: (one.mtime_ns, one.name))


def copy(folder: int, found: Found, *, into: Path | None = None, most: int = 0) -> Kept:
    """Raises `StillWritten`, `NoFolder`, `uploads.FileTooLarge` or `uploads.NoSpace`."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO put in its place holds nobody
    try:
        descriptor = os.open(found.name, flags, dir_fd=folder)
    except OSError as error:
        raise _unreadable(found.name, error) from error
    with os.fdopen(descriptor, "rb", buffering=0) as source:
        if _as_found(found.name, os.fstat(descriptor)) != found:
            raise StillWritten(found.name)
        try:
            kept = keep(source.read, most=most or environment.most_bytes(), path=into)
        except OSError as error:
            raise _unreadable(found.name, error) from error
        if _as_found(found.name, os.fstat(descriptor)) != found or kept.size != found.size:
            kept.path.unlink()
            raise StillWritten(found.name)
    return kept


def _find(folder: int, name: str) -> Found | None:
    try:
        return _as_found(name, os.stat(name, dir_fd=folder, follow_symlinks=False))
    except OSError:  # gone meanwhile
        return None


def _as_found(name: str, status: os.stat_result) -> Found | None:
    """None: no regular file."""
    if not stat.S_ISREG(status.st_mode):
        return None
    return Found(name=name, size=status.st_size, mtime_ns=status.st_mtime_ns)


def _can_be_said(name: str) -> bool:
    """Names that are no text cannot be noted."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return len(name) <= LONGEST_NAME


def _unreadable(what: str, error: OSError) -> NoFolder:
    return NoFolder(_("“%(what)s” cannot be read: %(error)s") % {"what": what, "error": error.strerror or error})
