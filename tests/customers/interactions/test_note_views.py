from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from customers.interactions.attaching import folder, path_of
from customers.models import Attachment, Customer, Note
from tests.conftest import ClientFor
from tests.customers.interactions.attachments import EXE, PDF, uploaded
from tests.factories.customers import CustomerFactory
from tests.factories.notes import AttachmentFactory, NoteFactory
from tests.forms import as_shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create(name="Acme")


@pytest.fixture
def client(client_for: ClientFor) -> Client:
    return client_for("sales")


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_a_note_is_written_with_a_file(client: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/notes/"
    data: dict[str, Any] = {"body": "See <b>this</b> https://x.example", "is_pinned": "on", "file": uploaded()}
    assert said(client.post(f"{url}new/", data, follow=True)) == ["Note kept."]
    page = client.get(url).content.decode()
    assert "See &lt;b&gt;this&lt;/b&gt;" in page
    assert 'href="https://x.example" rel="nofollow"' in page
    assert page.count(f'href="/files/{Attachment.objects.get().pk}/"') == 2  # with the note, and among the files


def test_a_file_that_lies_takes_the_text_no_further_and_loses_none(client: Client, customer: Customer) -> None:
    data: dict[str, Any] = {"body": "Long text", "file": uploaded(content=EXE)}
    answer = client.post(f"/customers/{customer.pk}/notes/new/", data)
    assert answer.status_code == 422
    assert "By its content this is no PDF file, whatever its name says." in answer.content.decode()
    assert "Long text" in answer.content.decode()
    assert (Note.objects.count(), list(folder().glob("*"))) == (0, [])


@pytest.mark.parametrize("body", ["", "  ", "a\0b", "x" * 20_001])
def test_what_is_no_note(client: Client, customer: Customer, body: str) -> None:
    answer = client.post(f"/customers/{customer.pk}/notes/new/", {"body": body})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["body"])


def test_two_who_edit_one(client: Client) -> None:
    url = f"/notes/{NoteFactory.create(body='First').pk}/"
    mine = as_shown(client.get(url), with_field="body")
    assert client.post(url, {**mine, "body": "Theirs"}).status_code == 302
    answer = client.post(url, {**mine, "body": "Mine"})
    assert (answer.status_code, "now: Theirs" in answer.content.decode()) == (422, True)
    assert client.post(url, as_shown(answer, with_field="body")).status_code == 302
    assert Note.objects.get().body == "Mine"


def test_pinned_and_deleted_and_put_back(client: Client, customer: Customer) -> None:
    note = NoteFactory.create(customer=customer, body="Hello")
    client.post(f"/notes/{note.pk}/pin/", {"pinned": "1"}, follow=True)
    assert Note.objects.get().is_pinned
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert 'id="pinned-notes"' in page
    assert page.index("Hello") < page.index('id="timeline"')
    client.post(f"/notes/{note.pk}/pin/", follow=True)
    assert not Note.objects.get().is_pinned
    answer = client.post(f"/notes/{note.pk}/delete/", follow=True)
    assert said(answer) == ["Note deleted."]
    assert f"/notes/{note.pk}/restore/" in answer.content.decode()
    assert said(client.post(f"/notes/{note.pk}/restore/", follow=True)) == ["Note put back."]
    assert Note.objects.get() == note
    assert client.post(f"/notes/{note.pk}/restore/").status_code == 404
    for path in ("/notes/999/", "/customers/999/notes/", "/customers/999/notes/new/"):
        assert client.get(path).status_code == 404


def test_a_file_is_fetched_and_never_shown(client: Client, client_for: ClientFor, customer: Customer) -> None:
    name = "Vertrag; 合同.pdf"
    client.post(f"/customers/{customer.pk}/files/new/", {"file": uploaded(name)})
    file = Attachment.objects.get()
    answer = client_for("service").get(f"/files/{file.pk}/")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Ver")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Client().get(f"/files/{file.pk}/").status_code == 302
    path_of(file).unlink()
    assert client.get(f"/files/{file.pk}/").status_code == 404
    assert client.get("/files/999/").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"", "The submitted file is empty."),
        ("a.html", b"<html>", "Files of this kind are not kept."),
        ("a.pdf", EXE, "By its content this is no PDF file"),
        ("a.pdf", PDF + bytes(1024**2), "The file is larger than 1 MB."),
    ],
)
def test_a_refusal_stands_beside_the_file(
    client: Client, customer: Customer, settings: Any, name: str, content: bytes, why: str
) -> None:
    settings.CRM_ATTACHMENT_MAX_MB = 1
    answer = client.post(f"/customers/{customer.pk}/files/new/", {"file": uploaded(name, content)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert why in answer.content.decode()
    assert not Attachment.objects.exists()


def test_uploads_are_counted(client: Client, customer: Customer, settings: Any) -> None:
    limit = settings.CRM_LIMITS["upload"].uses
    for _time in range(limit):
        client.post(f"/customers/{customer.pk}/files/new/", {"file": uploaded("a.html")})
    assert client.post(f"/customers/{customer.pk}/files/new/", {"file": uploaded()}).status_code == 429
    assert client.post(f"/customers/{customer.pk}/notes/new/", {"body": "x", "file": uploaded()}).status_code == 429
    assert client.post(f"/customers/{customer.pk}/notes/new/", {"body": "x"}).status_code == 302


def test_a_file_is_deleted_after_a_question_and_put_back(client: Client, customer: Customer) -> None:
    client.post(f"/customers/{customer.pk}/files/new/", {"file": uploaded()}, follow=True)
    file = Attachment.objects.get()
    assert "Delete contract.pdf?" in client.get(f"/files/{file.pk}/delete/").content.decode()
    answer = client.post(f"/files/{file.pk}/delete/", {"sure": "1"}, follow=True)
    assert said(answer) == ["contract.pdf deleted."]
    assert f"/files/{file.pk}/restore/" in answer.content.decode()
    assert client.get(f"/files/{file.pk}/").status_code == 404
    assert said(client.post(f"/files/{file.pk}/restore/", follow=True)) == ["contract.pdf put back."]
    assert client.post(f"/files/{file.pk}/restore/").status_code == 404
    client.post(f"/files/{file.pk}/delete/", {"sure": "1"}, follow=True)
    path_of(file).unlink()
    assert said(client.post(f"/files/{file.pk}/restore/", follow=True)) == ["This can no longer be put back."]


def test_long_and_chinese_names_are_shown(client: Client, customer: Customer) -> None:
    AttachmentFactory.create(customer=customer, name="合" * 251 + ".pdf")
    NoteFactory.create(customer=customer, body="x" * 20_000)
    assert "合" * 251 in client.get(f"/customers/{customer.pk}/notes/").content.decode()
