"""A copy of all that is held on a person: JSON for machines, a document for people, and their files.

Written to a folder of a random name, for whoever asked, for a week. A killed export begins anew: only a whole one has
its name in the row.
"""

import json
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TextIO

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.common import locks
from crm.common.audit.acting import acting
from crm.common.errors import DomainError
from crm.common.files import is_older
from customers.identity.privacy import blanking, documents, gathering, trying
from customers.identity.privacy.asking import EraseOpen, check_no_erase
from customers.identity.privacy.files import folder, own_files
from customers.identity.privacy.subjects import Subject, subject_of
from customers.models import PrivacyRequest

PATIENCE_S: Final = 60.0
KEPT: Final = timedelta(days=7)
TOLD_EVERY: Final = 1_000
JSON, PDF, ZIP = "person.json", "person.pdf", "files.zip"
State = PrivacyRequest.State


def run(*, pk: int) -> None:
    """Write the copy. Raises `locks.Busy` while another worker is at it, BrokeOff where it was tried often enough; why
    it failed stands in the row.
    """
    with locks.held(locks.privacy_worker(pk)) as free:
        if not free:
            raise locks.Busy(_("Another worker is at it."))
        found = PrivacyRequest.objects.filter(pk=pk, what=PrivacyRequest.What.EXPORT, state__in=PrivacyRequest.OPEN)
        request = found.select_related("asked_by").first()
        if request is not None:
            with acting(user=request.asked_by_id, job="privacy", request=request.pk), trying.counted(request):
                _write(request)


def _write(request: PrivacyRequest) -> None:
    language = request.asked_by.language if request.asked_by else ""
    part = folder() / f"{request.pk}-{secrets.token_hex(16)}.part"
    try:
        subject = subject_of(request)
        check_no_erase(subject)
        total = _rows(subject)
        PrivacyRequest.objects.filter(pk=request.pk).update(state=State.WORKING, total=total, done=0)
        part.mkdir(parents=True, mode=0o700)
        with translation.override(language or None):
            _write_json(request, subject, part / JSON)
            documents.write_document(part / PDF, subject=subject, now=timezone.now())
        _write_files(subject, part / ZIP)
        _publish(request, subject, part, total=total)
    except locks.Busy:
        raise
    except DomainError as error:
        PrivacyRequest.objects.filter(pk=request.pk).update(
            state=State.FAILED, error=str(error), finished_at=timezone.now()
        )
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _publish(request: PrivacyRequest, subject: Subject, part: Path, *, total: int) -> None:
    """While nobody begins to erase them: whoever does so afterwards finds the copy by its row. Raises EraseOpen."""
    stored = part.name.removesuffix(".part")
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[locks.merging(subject.customer.pk)], wait_s=PATIENCE_S)
        check_no_erase(subject)
        if subject_of(request).is_erased and not subject.is_erased:
            raise EraseOpen
        done = {"state": State.DONE, "stored": stored, "finished_at": timezone.now(), "done": total}
        PrivacyRequest.objects.filter(pk=request.pk).update(**done)
        part.rename(folder() / stored)


def _rows(subject: Subject) -> int:
    with connection.cursor() as cursor:
        return sum(
            blanking.count(cursor, holding, whose, subject.ids)
            for holding in gathering.exported()
            if (whose := holding.whose(is_contact=subject.is_contact))
        )


def _write_json(request: PrivacyRequest, subject: Subject, path: Path) -> None:
    """{…, "tables": {table: {"label", "rows": […]}}, "history": {table: […]}}, a row a line."""
    told = _Told(request)
    with path.open("w", encoding="utf-8") as stream:
        head = json.dumps(gathering.made_for(subject, now=timezone.now()), ensure_ascii=False)
        stream.write(head.removesuffix("}") + ', "tables": {\n')
        for number, holding in enumerate(gathering.exported()):
            stream.write(("" if not number else ",\n") + json.dumps(holding.table) + ": ")
            stream.write(f'{{"label": {json.dumps(holding.label, ensure_ascii=False)}, "rows": ')
            _write_rows(stream, told.counted(gathering.gather(holding, subject)))
            stream.write("}")
        stream.write('},\n"history": {')
        for number, (table, rows) in enumerate(gathering.gather_history(subject)):
            stream.write(("" if not number else ",\n") + json.dumps(table) + ": ")
            _write_rows(stream, rows)
        stream.write("}}\n")
    path.chmod(0o600)


def _write_rows(stream: TextIO, rows: Iterator[dict[str, Any]]) -> None:
    stream.write("[")
    said = (json.dumps(row, ensure_ascii=False) for row in rows)
    stream.writelines(f"{',' if number else ''}\n{text}" for number, text in enumerate(said))
    stream.write("]")


def _write_files(subject: Subject, path: Path) -> None:
    """What was kept with them; under numbered names, as two may have the same."""
    own = list(own_files(subject))
    if own:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, (name, place) in enumerate(own, 1):
                archive.write(place, f"{number}-{name}")
        path.chmod(0o600)


class _Told:
    """The rows that go by, while the request says how many there were."""

    def __init__(self, request: PrivacyRequest) -> None:
        self._request = request
        self._done = 0

    def counted(self, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            yield row
            self._done += 1
            if self._done % TOLD_EVERY == 0:
                PrivacyRequest.objects.filter(pk=self._request.pk).update(done=self._done)


def expires_at(request: PrivacyRequest) -> datetime | None:
    return request.finished_at + KEPT if request.stored and request.finished_at else None


def find_file(request: PrivacyRequest, name: str, *, now: datetime) -> Path | None:
    """One of the copy's files, while it is there to be had."""
    until = expires_at(request)
    if until is None or now >= until or name not in (JSON, PDF, ZIP):
        return None
    path = folder() / request.stored / name
    return path if path.is_file() else None


def delete_expired(*, now: datetime) -> int:
    """Copies made a week ago, and what killed workers left; returns how many."""
    old = [path for path in folder().glob("*") if is_older(path, now - KEPT)]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)
