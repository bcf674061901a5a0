from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from crm.common.files import TemporaryUploadHandler
from crm.urls import handler500, urlpatterns
from tests.conftest import ClientFor

WORDS = b"There is no space left to save anything"


def full_database(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$")
    raise AssertionError


def another_fault(_request: HttpRequest) -> HttpResponse:
    raise FileNotFoundError("x")


urlpatterns = [*urlpatterns, path("full/", full_database), path("fault/", another_fault)]
assert handler500


class FullDisk(TemporaryUploadHandler):
    """Ours, but its file lies where there is never any space."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file.close()
        self.file.file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - closed by what is tested


def client(client_for: ClientFor) -> Client:
    found = client_for("manager")
    found.raise_request_exception = False
    return found


@pytest.mark.django_db
def test_an_upload_that_fills_the_disk_is_told_so(client_for: ClientFor, settings: object) -> None:
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}.FullDisk"]  # type: ignore[attr-defined]
    file = SimpleUploadedFile("a.csv", b"x" * 200_000)
    answer = client(client_for).post("/imports/new/", {"file": file, "source": "shop", "kind": "customers"})
    assert answer.status_code == 507
    assert WORDS in answer.content


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_database_without_space_is_told_from_other_faults(client_for: ClientFor) -> None:
    answer = client(client_for).get("/full/")
    assert (answer.status_code, WORDS in answer.content) == (507, True)
    answer = client(client_for).get("/fault/")
    assert (answer.status_code, WORDS in answer.content) == (500, False)
