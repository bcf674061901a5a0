"""The files that exports write: where they lie, and until when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models.expressions import RawSQL

from crm.common.csv_files import BYTE_ORDER_MARK, csv_lines
from crm.common.files import is_older
from crm.common.xlsx_files import write_xlsx
from customers.models import BulkJob
from customers.registry.bulk import get_action

KEPT: Final = timedelta(days=7)
TOLD_EVERY: Final = 2_000  # rows
_THEY = "SELECT unnest(row_ids) FROM customers_bulkjob WHERE id = %s"


def folder() -> Path:
    return Path(settings.VAR_DIR) / "exports"


def write_file(job: BulkJob) -> Path:
    """The job's rows, as `parameters` say: {"format": csv or xlsx, "columns": keys, "order": field with its sign, that
    of the list without}. Killed, it begins anew: only a whole file has its name.
    """
    assert job.created_by, "runs for whoever asked"
    kind = "xlsx" if job.parameters.get("format") == "xlsx" else "csv"
    subject = get_action(job.action).subject
    path = folder() / f"{subject.key}-{job.pk}.{kind}"
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = subject.visible(job.created_by).filter(pk__in=RawSQL(_THEY, [job.pk]))  # noqa: S611 - a constant
    columns = subject.export.chosen(job.parameters.get("columns", []))
    rows = _told(job, subject.rows(seen, columns, job.parameters.get("order", "")))
    try:
        if kind == "xlsx":
            write_xlsx(part, rows, title=str(subject.export.title))
        else:
            with part.open("w", encoding="utf-8", newline="") as stream:
                stream.write(BYTE_ORDER_MARK)
                stream.writelines(csv_lines(rows))
        part.chmod(0o600)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _told(job: BulkJob, rows: Iterator[Any]) -> Iterator[Any]:
    """The rows, while the job says how many there were."""
    done = -1  # the header
    while step := list(islice(rows, TOLD_EVERY)):
        yield from step
        done += len(step)
        BulkJob.objects.filter(pk=job.pk).update(done=done)


def expires_at(job: BulkJob) -> datetime | None:
    return job.finished_at + KEPT if job.path and job.finished_at else None


def find_file(job: BulkJob, *, now: datetime) -> Path | None:
    """The file while it is there to be had."""
    until, path = expires_at(job), Path(job.path)
    return path if until and now < until and path.parent == folder() and path.is_file() else None


def delete_expired(*, now: datetime) -> int:
    """Files of jobs that ended a week ago, and what killed workers left; returns how many."""
    old = [path for path in folder().glob("*-*.*") if is_older(path, now - KEPT)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
