"""Writing the departments' files, and the list of them in the order they are loaded."""

import csv
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One file of one department: what it holds, whose it is, and how its columns are to be read."""

    kind: str
    source: str
    path: Path
    mapping: Mapping[str, Any] | None = None


def write_csv(
    path: Path, *, headers: Sequence[str], rows: Iterable[Row], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    """A CSV file; .gz is compressed, without a time in it, so that the same rows give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _Lines()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows(rows)
    data = "".join(text).encode(encoding)
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


class _Lines(list[str]):
    """What csv wants of a file, in memory."""

    def write(self, text: str) -> None:
        self.append(text)


def write_xlsx(path: Path, *, headers: Sequence[str], rows: Iterable[Row]) -> Path:
    from openpyxl import Workbook  # noqa: PLC0415 - heavy: openpyxl

    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.append(list(headers))
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    return path


def write_mapping(path: Path, mapping: Mapping[str, Any]) -> Path:
    """The mapping beside its file, so that a person can load the same file again from the import page."""
    beside = path.with_name(f"{path.name}.mapping.json")
    beside.write_text(json.dumps(mapping, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return beside
