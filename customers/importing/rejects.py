"""The rows that could not go in, as a file."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from crm.common.csv_files import csv_lines
from customers.models import ImportBatch


def reject_rows(*, batch: ImportBatch) -> Iterator[list[object]]:
    """A header, then each reject: line, column, reason, and the row as it stood in the file."""
    first = batch.rejects.order_by("line", "id").first()
    headers = [str(header) for header in batch.headers]
    if first and not set(headers) & set(first.row):  # a format of its own keeps the line as it stood
        headers = list(first.row)
    yield ["line", "column", "reason", *headers]
    for reject in batch.rejects.order_by("line", "id").iterator(chunk_size=2000):
        yield [reject.line, reject.column, reject.reason, *(reject.row.get(header, "") for header in headers)]


def folder() -> Path:
    return Path(settings.VAR_DIR) / "rejects"


def write_rejects(*, batch: ImportBatch) -> Path | None:
    """The rejects as a file under the state directory; None when there are none."""
    if not batch.rejected:
        return None
    path = folder() / f"import-{batch.pk}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.writelines(csv_lines(reject_rows(batch=batch)))
    return path
