"""The rows that could not go in, as a file."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from customers.models import ImportBatch


def rejects_csv(*, batch: ImportBatch) -> Iterator[str]:
    """The rejects as CSV, line by line: line, column, reason, then the row as it stood in the file."""
    first = batch.rejects.order_by("line", "id").first()
    headers = [str(header) for header in batch.headers]
    if first and not set(headers) & set(first.row):  # a format of its own keeps the line as it stood
        headers = list(first.row)
    writer = csv.writer(_Echo())
    yield writer.writerow(["line", "column", "reason", *map(_harmless, headers)])
    for reject in batch.rejects.order_by("line", "id").iterator(chunk_size=2000):
        cells = [reject.row.get(header, "") for header in headers]
        yield writer.writerow([reject.line, reject.column, reject.reason, *map(_harmless, cells)])


def folder() -> Path:
    return Path(settings.VAR_DIR) / "rejects"


def write_rejects(*, batch: ImportBatch) -> Path | None:
    """The rejects as a file under the state directory; None when there are none."""
    if not batch.rejected:
        return None
    path = folder() / f"import-{batch.pk}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.writelines(rejects_csv(batch=batch))
    return path


def _harmless(cell: object) -> str:
    """A cell that a spreadsheet would run as a formula is written as text."""
    text = str(cell)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


class _Echo:
    """What csv.writer writes to when the line itself is wanted."""

    def write(self, line: str) -> str:
        return line
