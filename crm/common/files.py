"""What is common about writing files."""

import errno
from typing import Final

from django.core.files.uploadhandler import TemporaryFileUploadHandler

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full(error: OSError) -> bool:
    """Whether a write failed for want of space."""
    return error.errno in _FULL


class TemporaryUploadHandler(TemporaryFileUploadHandler):
    """Django's, which leaves the part it could not finish to the garbage collector; here it goes at once."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self.file.close()
            raise
