"""The head of a file, for the page that maps its columns: no file, however made, may hold a web process.

It is read by `customers.importing.first_rows`, a process that is ended when its time is over; only few run at once.
"""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from customers.importing import batches, first_rows, opening
from customers.importing import mapping as mappings
from customers.importing.guessing import guess
from customers.importing.registry import Read, get_spec
from customers.models import ImportBatch

AT_ONCE: Final = 2
_WAIT_S: Final = 1
_BEGINNING_BYTES: Final = 1024 * 1024  # of a format of its own; its reader is quick, so this is read here
_LANGUAGE: Final = "en"
_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")

_places = BoundedSemaphore(AT_ONCE)


class TooBusy(DomainError):
    """As many files are looked at as may be at once."""


class TakesTooLong(DomainError):
    """The first rows were not found in time: no page will show them, so the import has failed."""


@dataclass(frozen=True)
class Preview:
    """What a page needs to map a file: its headers, some rows, the columns of the kind, and a guess.

    `guess` maps canonical column → header. `columns` are (name, required).
    """

    headers: list[str]
    rows: list[list[str]]
    columns: list[tuple[str, bool]]
    guess: dict[str, str]
    encoding: str
    delimiter: str


def preview(*, batch: ImportBatch, rows: int = 5) -> Preview:
    """The head of the file; raises a `DomainError` when it cannot be read.

    Leaves the batch as it is, but for one that takes longer than `CRM_PREVIEW_SECONDS`: that one has failed, or each
    look at it would cost as much again.
    """
    try:
        return look(batch=batch, rows=rows)
    except TakesTooLong as error:
        batches.fail(batch, str(error))
        raise


def look(*, batch: ImportBatch, rows: int) -> Preview:
    """As `preview`, of a batch that need not be kept; raises `TakesTooLong` too."""
    spec = get_spec(batch.kind)
    if not Path(batch.path).is_file():
        raise opening.Unreadable(_("The file is no longer there. Upload it again."))
    head = _of_own_format(batch, spec.read, rows) if spec.read else _ask(batch, rows)
    return Preview(
        **head,
        columns=[(column.name, column.required) for column in spec.columns],
        guess=guess(head["headers"], spec.names),
    )


def _of_own_format(batch: ImportBatch, read: Read, rows: int) -> dict[str, Any]:
    with opening.opened(Path(batch.path)) as raw:
        beginning = io.BytesIO(opening.buffered(raw).read(_BEGINNING_BYTES))
    found = first_rows.whole_rows(read(beginning), rows)
    return {"headers": get_spec(batch.kind).names, "rows": found, "encoding": "", "delimiter": ""}


def _ask(batch: ImportBatch, rows: int) -> dict[str, Any]:
    if not _places.acquire(timeout=_WAIT_S):
        raise TooBusy(_("Other files are being looked at; try again in a few seconds."))
    try:
        answer = _run(_question(batch, rows))
    finally:
        _places.release()
    if "problem" in answer:
        raise opening.Unreadable(answer["problem"])
    return answer


def _question(batch: ImportBatch, rows: int) -> dict[str, Any]:
    how = mappings.reading(batch.mapping)
    return {
        "path": batch.path,
        "rows": rows,
        "codec": how.codec,
        "delimiter": how.delimiter,
        "sheet": how.sheet,
        "seconds": settings.CRM_PREVIEW_SECONDS,
        "largest": opening.largest(),
        "language": get_language() or _LANGUAGE,
        "locale_paths": [str(path) for path in settings.LOCALE_PATHS],
    }


def _run(question: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", first_rows.__name__],
            cwd=Path(settings.BASE_DIR),
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=settings.CRM_PREVIEW_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_long() from error
    except subprocess.CalledProcessError as error:
        if error.returncode < 0:  # ended by a limit of its own
            raise _too_long() from error
        raise opening.Unreadable(_("The beginning of the file cannot be read.")) from error
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _too_long() -> TakesTooLong:
    return TakesTooLong(
        _("Reading the first rows took longer than %(seconds)d seconds. Save the table as CSV and upload it again.")
        % {"seconds": settings.CRM_PREVIEW_SECONDS}
    )
