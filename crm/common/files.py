"""What is common about writing files."""

import errno
import stat
from datetime import datetime
from pathlib import Path
from typing import Final

from django.core.files.uploadhandler import TemporaryFileUploadHandler

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full(error: OSError) -> bool:
    """Whether a write failed for want of space."""
    return error.errno in _FULL


def is_older(path: Path, moment: datetime) -> bool:
    """Whether it is a file last written before `moment`; what has gone meanwhile, as another clears up too, is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime < moment.timestamp()


class TemporaryUploadHandler(TemporaryFileUploadHandler):
    """Django's, which leaves the part it could not finish to the garbage collector; here it goes at once."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self.file.close()
            raise
