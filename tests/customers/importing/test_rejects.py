from pathlib import Path

import pytest
from django.conf import LazySettings

from customers.importing.rejects import folder, reject_rows, write_rejects
from customers.models import ImportBatch
from tests.factories.importing import ImportBatchFactory, ImportRejectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(tmp_path: Path, settings: LazySettings) -> ImportBatch:
    settings.VAR_DIR = tmp_path
    return ImportBatchFactory.create(headers=["Nr", "Firma"])


def reject(batch: ImportBatch, at: int, /, **row: str) -> None:
    ImportRejectFactory.create(batch=batch, line=at, column="name", reason="is required", row=row)


def test_of_none_there_is_the_header_and_no_file(batch: ImportBatch) -> None:
    reject(ImportBatchFactory.create(), 2, Nr="another's")
    assert list(reject_rows(batch=batch)) == [["line", "column", "reason", "Nr", "Firma"]]
    assert write_rejects(batch=batch) is None
    assert not folder().exists()


def test_each_stands_by_its_line_with_the_row_as_it_was(batch: ImportBatch) -> None:
    reject(batch, 9, Nr="9", Firma="=1+1", **{"column 3": "too much"})
    reject(batch, 3, Firma="Größe; 2")
    reject(batch, 3, Nr="1")
    batch.rejected = 3
    assert list(reject_rows(batch=batch))[1:] == [
        [3, "name", "is required", "", "Größe; 2"], [3, "name", "is required", "1", ""],
        [9, "name", "is required", "9", "=1+1"],
    ]  # fmt: skip
    for _again in range(2):
        path = write_rejects(batch=batch)
        assert path == folder() / f"import-{batch.pk}.csv"
        assert path.read_bytes().decode("utf-8-sig").splitlines()[1:] == [
            '3,name,is required,,"Größe; 2"', "3,name,is required,1,", "9,name,is required,9,'=1+1",
        ]  # fmt: skip
    assert path.read_bytes().startswith(b"\xef\xbb\xbfline,column,reason,Nr,Firma\r\n")


def test_of_a_format_of_its_own_the_line_stands_as_it_was(batch: ImportBatch) -> None:
    batch.headers = ["epoch", "callid"]
    reject(batch, 2, line="17000")
    reject(batch, 5, line="1|2")
    assert list(reject_rows(batch=batch)) == [
        ["line", "column", "reason", "line"],
        [2, "name", "is required", "17000"],
        [5, "name", "is required", "1|2"],
    ]
