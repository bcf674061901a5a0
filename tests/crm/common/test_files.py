import errno
from typing import Any

import pytest

from crm.common.files import TemporaryUploadHandler, is_full


@pytest.mark.parametrize(
    ("number", "full"),
    [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.ENOENT, False), (errno.EIO, False), (None, False)],
)
def test_want_of_space_is_told_from_other_faults(number: int | None, full: bool) -> None:
    assert is_full(OSError() if number is None else OSError(number, "x")) is full


class FullDisk:
    """Takes no byte, and knows whether it was closed."""

    is_closed = False

    def write(self, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None:
        self.is_closed = True


def test_what_could_not_be_written_whole_goes_at_once() -> None:
    handler: Any = TemporaryUploadHandler()
    handler.file = disk = FullDisk()

    with pytest.raises(OSError, match="No space left") as raised:
        handler.receive_data_chunk(b"x", 0)
    assert (is_full(raised.value), disk.is_closed) == (True, True)


def test_what_is_written_stays_open_for_the_rest() -> None:
    handler: Any = TemporaryUploadHandler()
    handler.new_file("file", "a.csv", "text/csv", None)
    with handler.file as kept:
        for place, part in enumerate((b"id,", b"name")):
            handler.receive_data_chunk(part, place)
        assert not kept.file.closed
        kept.seek(0)
        assert kept.read() == b"id,name"
