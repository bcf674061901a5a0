"""Small files for the import tests, and the command run on them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from customers.importing import batches
from customers.models import ImportBatch


def write_csv(path: Path, headers: str, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headers.split(","))
        writer.writerows(rows)
    return path


def load(
    kind: str, path: Path, *, source: str = "shop", mapping: dict[str, Any] | None = None, dry_run: bool = False
) -> ImportBatch:
    return batches.load_file(kind=kind, path=path, source=source, mapping=mapping or {}, dry_run=dry_run)


def counts(batch: ImportBatch) -> dict[str, int]:
    names = ("rows", "created", "updated", "unchanged", "parked", "rejected")
    return {name: getattr(batch, name) for name in names if getattr(batch, name)}
