"""What goes wrong while setting up or starting, in sentences that say what to do."""

import errno
import shutil
from pathlib import Path


class Problem(Exception):
    """Something a person must put right; the message says what and how."""


def disk_full(path: Path) -> Problem:
    free_mb = shutil.disk_usage(_existing(path)).free // 1_000_000
    return Problem(
        f"The disk that holds {path} is full ({free_mb} MB free). Free some space – setting up needs about 2 GB – "
        "and run the same command again; or put the state elsewhere with CRM_VAR=DIR."
    )


def from_os_error(error: OSError) -> Problem:
    """The problem behind an operating system error that nothing else explained."""
    path = Path(str(error.filename)) if error.filename else Path()
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(path)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Problem(
            f"{path} cannot be used by this user ({error.strerror}). If another user set this copy up, run as that "
            "user, or keep your own state with CRM_VAR=DIR."
        )
    return Problem(f"{error.strerror or error}: {path}" if error.filename else str(error))


def _existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path
