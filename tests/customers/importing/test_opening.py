import gzip
import io
import zipfile
from pathlib import Path

import pytest

from customers.importing.opening import BLOCK, Unreadable, blocks, lines

TEXT = 'a,b\n1,"two\nlines"\n\n3,"say ""hi"""\n'


def read(path: Path) -> bytes:
    return b"".join(blocks(path))


def test_refuses_an_archive_of_two_files_and_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("a.csv", "a")
        target.writestr("b.csv", "b")
    with pytest.raises(Unreadable, match=r"exactly one file; it holds: a.csv, b.csv"):
        read(path)
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "absent")


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_reads_a_zip_however_it_is_packed(tmp_path: Path, packing: int) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w", packing) as target:
        target.writestr("x.csv", TEXT)
    assert read(tmp_path / "x") == TEXT.encode()


def test_refuses_a_packing_that_may_ask_for_all_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_LZMA) as target:
        target.writestr("x.csv", TEXT)
    with pytest.raises(Unreadable, match="Pack it as ZIP or GZIP"):
        read(tmp_path / "x")


def test_refuses_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as target:
        for _ in range(80):
            target.write(b"0" * 1024 * 1024)
    with pytest.raises(Unreadable, match="bomb"):
        read(path)


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(TEXT.encode() * 1000)[:-20])
    with pytest.raises(Unreadable, match="damaged"):
        read(path)


def test_the_beginning_is_read_in_whole_blocks(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * (3 * BLOCK))
    assert [len(block) for block in blocks(path, most=BLOCK + 1)] == [BLOCK, BLOCK]
    assert len(read(path)) == 3 * BLOCK


def test_lines_are_bounded() -> None:
    longest = b"x" * (1024 * 1024 - 1) + b"\n"
    assert list(lines(io.BytesIO(b"a\n\n" + longest + b"b"))) == [b"a\n", b"\n", longest, b"b"]
    with pytest.raises(Unreadable, match="A line is longer than 1048576 characters"):
        list(lines(io.BytesIO(b"x" + longest)))
