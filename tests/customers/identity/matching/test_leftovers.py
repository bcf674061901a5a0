"""Folders of looks that were killed go; those that are written to, and what is somebody else's, stay."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from customers.identity.matching import kept, leftovers
from customers.identity.matching.spark import FOLDER
from customers.models import Customer
from tests.conftest import NOON


@pytest.fixture(autouse=True)
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "shared").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "own"))
    monkeypatch.setenv(FOLDER, str(tmp_path / "shared"))
    return tmp_path


def folder(path: Path, *, hours: float, file: str, file_hours: float = 0) -> Path:
    path.mkdir()
    (path / file).write_text("everybody")
    for one, age in ((path / file, file_hours or hours), (path, hours)):
        moment = (NOON - timedelta(hours=age)).timestamp()
        os.utime(one, (moment, moment))
    return path


def test_what_a_killed_look_left_goes_after_a_day(shared: Path) -> None:
    dead = [
        folder(shared / "own/crm-match-a", hours=25, file="duckdb_temp_storage-0.tmp"),
        folder(shared / "shared/spark-a", hours=25, file="compared.parquet"),
    ]
    alive = [
        folder(shared / "own/crm-match-b", hours=23, file="duckdb_temp_storage-0.tmp"),
        folder(shared / "own/crm-match-c", hours=25, file="duckdb_temp_storage-0.tmp", file_hours=1),
        folder(shared / "own/other", hours=25, file="compared.parquet"),
        folder(shared / "shared/spark-b", hours=1, file="compared.parquet"),
        folder(shared / "shared/spark-c", hours=25, file="of-sparks-own"),
    ]
    (shared / "own/crm-match-link").symlink_to(alive[2])
    assert leftovers.clear(now=NOON) == len(dead)
    assert not any(path.exists() for path in dead)
    assert all(path.exists() for path in alive)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_november")
def test_to_forget_a_look_forgets_what_a_killed_one_left(shared: Path, settings: Settings) -> None:
    settings.VAR_DIR = shared
    path = kept._path(Customer.Kind.PERSON)
    path.parent.mkdir()
    files = [path, Path(f"{path}.wal"), path.with_suffix(".new"), path.with_suffix(".new.wal")]
    for one in files:
        one.write_text("everybody")
    spilled = folder(shared / "own/crm-match-a", hours=25, file="duckdb_temp_storage-0.tmp")
    kept.forget(Customer.Kind.PERSON)
    assert not any(one.exists() for one in (*files, spilled))
