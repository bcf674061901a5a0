import errno
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm.common.files import TemporaryUploadHandler, is_full, is_older
from tests.conftest import NOON


@pytest.mark.parametrize(
    ("number", "full"),
    [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.ENOENT, False), (errno.EIO, False), (None, False)],
)
def test_want_of_space_is_told_from_other_faults(number: int | None, full: bool) -> None:
    assert is_full(OSError() if number is None else OSError(number, "x")) is full


def test_a_file_is_older_than_a_moment_and_what_is_gone_is_not(tmp_path: Path) -> None:
    file, moment = tmp_path / "a", NOON + timedelta(seconds=1)
    assert not is_older(file, moment)
    file.touch()
    for path in (file, tmp_path):
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    assert [is_older(file, when) for when in (NOON, moment)] == [False, True]
    assert not is_older(tmp_path, moment)


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
