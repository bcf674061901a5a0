"""Bad files by a feed, from the folder to the page: a sentence or a reject each, and memory that stays bounded."""

import gzip
import json
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from customers.models import Customer, FeedFile, ImportBatch, SourceRecord
from tests.conftest import ClientFor
from tests.customers.importing.books import BOOK, write_book
from tests.customers.importing.feeds.world import Clock, feed_of, files, read
from tests.customers.importing.files import counts

pytestmark = pytest.mark.django_db
HEADER = b"external_id,name\n"
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
GIGABYTE = 1024**3


def bomb(path: Path) -> None:
    path.write_bytes(gzip.compress(b"0" * 100 * 1024**2))


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("c.csv", b"0" * 100 * 1024**2)


def entities(path: Path) -> None:
    write_book(path, parts={"xl/workbook.xml": ENTITY + BOOK.replace('name="S"', 'name="&e;"')})


def written(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "undecided.csv": (written(HEADER + b"1,\xd6\xd0\n2,M\xfcller\x81\n"), "not clearly UTF-8, UTF-16, GB18030 or"),
    "damaged.csv": (written(HEADER + "1,Müller Ömer".encode() + b"\xff\n"), "looks like UTF-8 but is damaged"),
    "bomb.csv.gz": (bomb, "more than 300 times its size"),
    "bomb.zip": (zip_bomb, "more than 300 times its size"),
    "entities.xlsx": (entities, "DOCTYPE"),
    "nothing.csv": (written(b""), "empty"),
    "picture.csv": (written(b"\x89PNG\r\n\x1a\n"), "a picture"),
    "cut.csv.gz": (lambda path: path.write_bytes(gzip.compress(HEADER * 1_000)[:-20]), "damaged"),
    "page.csv": (written(b"\xef\xbb\xbf\n<!-- 1 --><!DOCTYPE HTML><html><body>Sign in"), "This is a web page"),
    "nul.csv": (written(b"external_id,na\0me\n1,Ada\n"), "NUL"),
    "twice.csv": (written(b"name,name\n1,Ada\n"), "same header"),
}  # fmt: skip


@pytest.mark.slow  # bombs
@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_says_why(folder: Path, clock: Clock, client_for: ClientFor, name: str) -> None:
    make, says = BAD[name]
    make(folder / name)
    feed = read(feed_of(folder), clock)
    assert files(feed) == [(name, "failed")]
    assert says in feed.error
    assert "root:" not in feed.error
    client = client_for("administrator")
    for url in ("/imports/feeds/", feed.get_absolute_url(), f"/imports/{ImportBatch.objects.get().pk}/"):
        answer = client.get(url)
        assert answer.status_code == 200
    assert not Customer.objects.exists()
    assert client.post(f"{feed.get_absolute_url()}try/").status_code == 422


def test_an_encoding_that_the_mapping_names_wrongly_is_named(folder: Path, clock: Clock) -> None:
    (folder / "c.csv").write_bytes(HEADER + "1,Müller\n".encode("latin-1"))
    feed = read(feed_of(folder, mapping={"encoding": "utf-8"}), clock)
    assert feed.error.startswith("c.csv: The file is not utf-8")


def test_bad_values_are_rejected_by_the_row_and_the_rest_goes_in(folder: Path, clock: Clock) -> None:
    rows = ["1,Ada,2000-01-01", "2,Bob,30.02.", "3,Cyd,2001-02-30", "4,Dan,1e309", "5,E\0a,", ",Fay,", "7,,", "8,Gus"]
    text = "\n".join(["external_id,name,birth_date,shoe_size", *(f"{row},42" for row in rows), ""])
    (folder / "c.csv").write_text(text, encoding="utf-8")
    feed = read(feed_of(folder), clock)
    batch = ImportBatch.objects.get()
    assert (files(feed), feed.error) == ([("c.csv", "done")], "")
    assert counts(batch) == {"rows": 8, "created": 1, "rejected": 7}
    assert [(reject.line, reject.column) for reject in batch.rejects.order_by("line")] == [
        (3, "birth_date"), (4, "birth_date"), (5, "birth_date"), (6, "name"), (7, "external_id"), (8, "name"), (9, ""),
    ]  # fmt: skip
    assert '"shoe_size": "42"' in json.dumps(SourceRecord.objects.get().payload)  # what nobody knows stays there


def test_amounts_that_are_none(folder: Path, clock: Clock) -> None:
    header = "external_id,placed_at,quantity,unit_price\n"
    rows = (
        "1,2026-11-01,1,1e309",
        "2,2026-11-01,NaN,1",
        "3,2026-11-01,Infinity,1",
        "4,2026-02-30,1,1",
        "5,2026-11-01,1,1",
    )
    (folder / "o.csv").write_text(header + "\n".join(rows))
    read(feed_of(folder, kind="orders"), clock)
    assert counts(ImportBatch.objects.get()) == {"rows": 5, "created": 1, "rejected": 4}


@pytest.mark.slow
def test_a_line_of_a_gigabyte_takes_no_gigabyte(folder: Path, clock: Clock) -> None:
    with (folder / "c.csv").open("wb") as stream:
        stream.write(HEADER + b"1,")
        stream.truncate(GIGABYTE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    feed = read(feed_of(folder), clock)
    grew_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert "A line is longer than" in feed.error
    assert FeedFile.objects.get().size == GIGABYTE
    assert grew_mb < 100
    Path(ImportBatch.objects.get().path).unlink()
