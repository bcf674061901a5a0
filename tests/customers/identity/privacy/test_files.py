"""Files that hold something of the person go; others stay."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm.common import locks
from customers.identity.matching import kept
from customers.identity.privacy import erasing, files, texts
from customers.identity.privacy.needles import Needles
from customers.importing import expiring, rejects, uploads
from customers.models import Customer, ImportBatch, ImportReject, PrivacyRequest
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import (
    HEADERS,
    ROW,
    erased,
    found_in_database,
    found_in_files,
    zebulon,
)
from tests.customers.importing.files import load, write_csv
from tests.factories.importing import ImportBatchFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def upload(name: str, text: str, **fields: Any) -> Path:
    path = uploads.folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    ImportBatchFactory.create(path=str(path), kind="customers", **{"state": "done", **fields})
    return path


def test_kept_copies_that_name_them_go(tmp_path: Path, user_for: UserFor) -> None:
    theirs = [
        upload("a", "external_id,name\n1,ZEBULON QUIXWORTH 祖布伦\n"),
        upload("b", "external_id;phone\n1;+49 (171) 8765-432\n"),
        upload("c", "external_id,name\nzq-4711-id,X\n"),
        upload("d", "external_id,name\n1,Quixworth, Zebulon\n"),
        upload("e", "\x00\x01 no table"),
    ]
    others = [
        upload("x", "external_id,name\n1,Somebody Else\n"),
        upload("y", "external_id,name\n1,Somebody Else\n", state="applying"),
    ]
    for folder, name in ((rejects.folder(), "import-1.csv"), (files.folder().parent / "exports", "customers-1.csv")):
        folder.mkdir(parents=True)
        theirs.append(write_csv(folder / name, "line,name", [[1, "Zebulon Quixworth 祖布伦"]]))
        others.append(write_csv(folder / name.replace("1", "2"), "line,name", [[1, "Somebody"]]))
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["name"])
    book.active.append(["Zebulon Quixworth 祖布伦"])
    book.save(files.folder().parent / "exports" / "customers-3.xlsx")
    theirs.append(files.folder().parent / "exports" / "customers-3.xlsx")
    look = kept._path(Customer.Kind.PERSON)
    look.parent.mkdir(parents=True)
    look.write_text("look")
    request = erased(zebulon(tmp_path), user_for("administrator"))
    assert [path.name for path in theirs if path.exists()] == []
    assert [path.name for path in others if not path.exists()] == []
    assert not look.exists()
    assert request.counts["files"] == len(theirs) + 1  # and the one that was kept with them


def test_a_file_whose_import_is_not_over_is_waited_for(tmp_path: Path, user_for: UserFor) -> None:
    path = upload("y", "external_id,name\n1,Zebulon Quixworth 祖布伦\n", state="applying")
    with pytest.raises(locks.Busy):
        erased(zebulon(tmp_path), user_for("administrator"))
    request = PrivacyRequest.objects.get()
    assert (request.step, path.exists(), found_in_database()) == ("copies", True, [])
    ImportBatch.objects.filter(path=str(path)).update(state="done")
    erasing.run(pk=request.pk)
    request.refresh_from_db()
    assert (request.state, request.sealed, path.exists()) == ("done", "", False)


def test_a_file_that_brought_them_again_goes_in_the_night(
    tmp_path: Path, user_for: UserFor, settings: Any
) -> None:  # fmt: skip
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    erased(zebulon(tmp_path), user_for("administrator"))
    uploads.folder().mkdir(parents=True, exist_ok=True)
    path = write_csv(uploads.folder() / "again", HEADERS, [ROW])
    other = write_csv(uploads.folder() / "other", "external_id,name", [["1", "Ada"]])
    load("customers", path)
    load("customers", other)
    assert expiring.delete_expired(now=NOON) == 1
    assert (path.exists(), other.exists()) == (False, True)


def test_an_upload_of_no_import_goes_when_nobody_can_be_at_it_any_more(tmp_path: Path, user_for: UserFor) -> None:
    """A younger one is being copied, and was taken for damaged."""
    uploads.folder().mkdir(parents=True, exist_ok=True)
    young, old = (write_csv(uploads.folder() / name, HEADERS, [ROW]) for name in ("young.part", "old"))
    for path, days in ((young, 0.5), (old, 1.5)):
        moment = (NOON - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    erased(zebulon(tmp_path), user_for("administrator"))
    assert (young.exists(), old.exists()) == (True, False)
    assert expiring.delete_expired(now=NOON + timedelta(days=1)) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dear Zoë Müller,", True), ("ZOE MULLER", True), ("Müller, Zoë", True), ("zoe.mueller@x.example", True),
        ("Zoë Müllerin", False), ("call +49-30-1234 5678", True), ("030/12345678", True), ("12345", False),
        ("id abc-77", True), ("id abc-778", False), ("4711", False), ("李雷来了", True), ("李来了", False),
        ("2024-01-12 34567,8", False), ("order 9930123456781", False), ("Konto 0049 30 12345678", True),
        ("+49 (0)30 123 456 78", True), ("12345678", False), ("30\n12345678", False), ("123456\n78", False),
        ("Jürgen Groß", True), ("JUERGEN GROSS", True), ("jurgen gross", True), ("김철수입니다", True),
        ("김철숙", False), ("やまだ花子さん", True), ("คุณสมชายใจดีครับ", True),
    ],
)  # fmt: skip
def test_what_names_somebody(text: str, found: bool) -> None:
    said = [{"name": "Zoë Müller", "email": "zoe.mueller@x.example", "phone": "030 12345678"}, {"name": "李雷"}]
    said += [{"name": "Juergen Groß"}, {"name": "김철수"}, {"name": "やまだ 花子"}, {"name": "สมชาย ใจดี"}]
    assert Needles(said, keys=["abc-77", "4711"]).are_in(text) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"first": "Anna Maria", "last": "Schmidt"}', True), ("Schmidt\n1\nANNA\nMaria", True),
        ('{"name": "Anna Maria Meyer", "agent": "Schmidt"}', False), ('{"a": "Anna", "b": "Schmidt"}', False),
    ],
)  # fmt: skip
def test_a_name_may_stand_in_several_cells_of_a_row(text: str, found: bool) -> None:
    assert Needles([{"name": "Anna Maria Schmidt"}]).are_in_row(text) is found


def test_what_comes_until_their_rows_say_no_more_is_looked_through(
    tmp_path: Path, user_for: UserFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the names went, and taken up again: how they were called is known still, and then forgotten."""
    zeb, before = zebulon(tmp_path), erasing._forget_records

    def written_meanwhile(request: Any, subject: Any) -> bool:
        ImportReject.objects.create(
            batch=ImportBatchFactory.create(), line=9, reason="x", row={"n": "Quixworth, Zebulon"}
        )
        folder = files.folder().parent / "exports"
        folder.mkdir(parents=True, exist_ok=True)
        write_csv(folder / "customers-9.csv", "name", [["Zebulon Quixworth"]])
        return before(request, subject)

    def killed(*_args: object, **_options: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_forget_records", written_meanwhile)
        patched.setattr(texts, "blank_rejects", killed)
        with pytest.raises(KeyboardInterrupt):
            erased(zeb, user_for("administrator"))
    request = PrivacyRequest.objects.get()
    assert request.step == "refused"
    assert request.sealed
    erasing.run(pk=request.pk)
    request.refresh_from_db()
    assert (request.state, request.sealed) == ("done", "")
    assert (found_in_database(), found_in_files()) == ([], [])
