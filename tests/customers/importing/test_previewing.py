import gzip
import os
import resource
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from django.conf import LazySettings
from django.utils import translation
from openpyxl import Workbook

from customers.importing import batches, previewing
from customers.importing.opening import Unreadable
from customers.importing.previewing import TakesTooLong, TooBusy, preview
from customers.models import ImportBatch
from tests.customers.importing.books import slow_book

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def batch_of(path: Path, kind: str = "customers") -> ImportBatch:
    return batches.create_batch(file=path, system=batches.find_or_make_system(name="Marketing"), kind=kind)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], ImportBatch]:
    def write(content: bytes) -> ImportBatch:
        (tmp_path / "x").write_bytes(content)
        return batch_of(tmp_path / "x")

    return write


def test_shows_headers_rows_and_a_guess(written: Callable[[bytes], ImportBatch]) -> None:
    found = preview(batch=written("Kundennr;Firma;E-Mail\n1;Müller GmbH;a@b.de\n2;B;\n".encode("cp1252")), rows=1)
    assert (found.headers, found.rows) == (["Kundennr", "Firma", "E-Mail"], [["1", "Müller GmbH", "a@b.de"]])
    assert found.guess == {"external_id": "Kundennr", "name": "Firma", "email": "E-Mail"}
    assert (found.encoding, found.delimiter) == ("cp1252", ";")
    assert [name for name, required in found.columns if required] == ["external_id", "name"]


def test_shows_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["编号", "名称"], [7, "上海"], [None, "x" * 300]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    found = preview(batch=batch_of(tmp_path / "x.xlsx"))
    assert (found.headers, found.rows) == (["编号", "名称"], [["7", "上海"], ["", "x" * 200]])


def test_broken_rows_are_passed_over_but_not_without_end(written: Callable[[bytes], ImportBatch]) -> None:
    broken = b"," * 500 + b"\n"
    assert preview(batch=written(b"id,name\n" + broken * 999 + b"1,x\n")).rows == [["1", "x"]]
    assert preview(batch=written(b"id,name\n" + broken * 1000 + b"1,x\n")).rows == []


def test_the_encoding_is_guessed_from_the_beginning(written: Callable[[bytes], ImportBatch]) -> None:
    batch = written(b"id,name\n1,x\n" + (b"x" * 99 + b"\n") * 700_000 + b"\xff\xff\xff\n")
    assert preview(batch=batch).encoding == "utf-8"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The file is empty."), ("zh-hans", "文件为空。"), ("xx", "The file is empty.")]
)
def test_says_in_the_readers_language_why_not(
    written: Callable[[bytes], ImportBatch], language: str, words: str
) -> None:
    batch = written(b"")
    with translation.override(language), pytest.raises(Unreadable, match=words):
        preview(batch=batch)
    batch.refresh_from_db()
    assert batch.state == "uploaded"


def test_a_file_that_takes_too_long_is_given_up_for_good(tmp_path: Path, settings: LazySettings) -> None:
    settings.CRM_PREVIEW_SECONDS = 1
    batch = batch_of(slow_book(tmp_path / "x.xlsx"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(TakesTooLong, match="took longer than 1 seconds"):
        preview(batch=batch)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 2  # it was ended, not left to itself
    batch.refresh_from_db()
    assert (batch.state, batch.error.split(". ")[0]) == ("failed", "Reading the first rows took longer than 1 seconds")


def test_only_so_many_are_read_at_once(written: Callable[[bytes], ImportBatch]) -> None:
    batch = written(b"id\n1\n")
    taken = [previewing._places.acquire(blocking=False) for _place in range(previewing.AT_ONCE)]
    try:
        with pytest.raises(TooBusy, match="try again in a few seconds"):
            preview(batch=batch)
    finally:
        for _place in taken:
            previewing._places.release()
    assert preview(batch=batch).headers == ["id"]


def test_the_process_knows_no_secret(written: Callable[[bytes], ImportBatch], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x")
    question = previewing._question(written(b"id\n1\n"), 1)
    program = Thread(target=previewing._run, args=[question])
    program.start()
    seen = set[str]()
    while program.is_alive() and not seen:
        seen = {
            variable.split(b"=")[0].decode()
            for process in Path("/proc").glob("[0-9]*")
            if _is_first_rows(process)
            for variable in (process / "environ").read_bytes().split(b"\0")
        }
    program.join()
    assert "SECRET_KEY" not in seen
    assert "PATH" in seen


def _is_first_rows(process: Path) -> bool:
    try:
        return b"customers.importing.first_rows" in (process / "cmdline").read_bytes() and (
            int((process / "stat").read_text().split()[3]) == os.getpid()
        )
    except (OSError, ValueError):
        return False


def test_of_a_format_of_its_own_the_first_megabyte_is_read(tmp_path: Path) -> None:
    line = b"1700000000|1.1|sales|NONE|ENTERQUEUE||030|1\n"
    (tmp_path / "x").write_bytes(gzip.compress(line * 3 + b"\n" * 60_000_000))
    found = preview(batch=batch_of(tmp_path / "x", "calls"))
    assert [row[4] for row in found.rows] == ["ENTERQUEUE"] * 3
    (tmp_path / "y").write_bytes(b"\n" * 1024 * 1024 + line)
    assert preview(batch=batch_of(tmp_path / "y", "calls")).rows == []
