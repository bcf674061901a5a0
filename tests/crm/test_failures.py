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
from tests.conftest import ClientFor, UserFor
from tests.database import another_connection

WORDS = b"There is no space left to save anything"


def full_database(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$")
    raise AssertionError


def another_fault(_request: HttpRequest) -> HttpResponse:
    raise FileNotFoundError("x")


def slow(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'")
        cursor.execute("SELECT pg_sleep(5)")
    raise AssertionError


def waits(_request: HttpRequest) -> HttpResponse:
    with another_connection() as other, transaction.atomic(), connection.cursor() as cursor:
        other.execute("LOCK TABLE accounts_team")
        cursor.execute("SET LOCAL lock_timeout = '20ms'")
        cursor.execute("SELECT * FROM accounts_team")
    raise AssertionError


def thrown_out(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    raise AssertionError


urlpatterns = [
    *urlpatterns,
    path("full/", full_database),
    path("fault/", another_fault),
    path("slow/", slow),
    path("waits/", waits),
    path("thrown-out/", thrown_out),
]
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/slow/", b"This took too long"),
        ("/waits/", b"This took too long"),
        ("/thrown-out/", b"The database does not answer"),
    ],
)
def test_a_database_that_does_not_come_to_an_answer_is_said(client_for: ClientFor, url: str, words: bytes) -> None:
    answer = client(client_for).get(url)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert b'<h1 class="empty-title">' + words in answer.content
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_a_part_of_a_page_gets_it_as_a_message(client_for: ClientFor) -> None:
    answer = client(client_for).get("/slow/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (503, "#messages", "outerHTML")
    assert b"This took too long. The database was busy" in answer.content
    assert b"<html" not in answer.content


class TestPageTooOld:
    """The form's token is another session's."""

    @pytest.fixture
    def strict(self, user_for: UserFor) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.force_login(user_for("sales"))
        return client

    @pytest.mark.django_db
    def test_says_so_and_leads_back_to_the_page(self, strict: Client) -> None:
        answer = strict.post("/customers/new/", {"name": "A"}, headers={"referer": "http://testserver/customers/new/"})
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "This page was open too long" in page
        assert 'href="/customers/new/"' in page
        assert "data-lost" in page, "what was typed comes back there"

    @pytest.mark.django_db
    def test_is_said_to_a_part_of_a_page_in_a_header(self, strict: Client) -> None:
        answer = strict.post("/customers/new/", {"name": "A"}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["X-Page-Too-Old"], answer.content) == (403, "yes", b"")
