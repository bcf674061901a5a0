"""Rows a second of whole imports, first and second time, beside COPY of the same rows into a bare table."""

import csv
import io
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from bench.processor import costed
from bench.timing import timed
from customers.importing import batches

GOALS = {"customers": 5_000, "orders": 20_000, "calls": 20_000}
ROWS = {"customers": 50_000, "orders": 200_000, "calls": 200_000}
Row = Sequence[object]


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return {kind: one(kind, Path(folder)) for kind in WRITERS} | {"peak_memory_mb": peak_memory_mb()}


def one(kind: str, folder: Path) -> dict[str, Any]:
    path = WRITERS[kind](folder / kind, ROWS[kind])
    floor = copy_seconds(path)
    first = costed(lambda: load(kind, path))
    again = costed(lambda: load(kind, path))
    rate = round(ROWS[kind] / first.seconds)
    return {
        "rows": ROWS[kind],
        "rows_per_s": rate,
        "again_rows_per_s": round(ROWS[kind] / again.seconds),
        "processor_s": first.processor_s,
        "again_processor_s": again.processor_s,
        "copy_rows_per_s": round(ROWS[kind] / floor),
        "goal_rows_per_s": GOALS[kind],
        "within_goal": rate >= GOALS[kind],
    }


def load(kind: str, path: Path) -> None:
    batch = batches.load_file(kind=kind, path=path, source="bench", mapping={})
    assert batch.rejected == batch.parked == 0


def copy_seconds(path: Path) -> float:
    """The floor: the file's lines into one text column."""

    def copy() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE bench_floor (line text) ON COMMIT DROP")
            with cursor.copy("COPY bench_floor FROM STDIN WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')") as to:
                to.write(path.read_bytes())

    return timed(copy)


def written(path: Path, headers: Row, rows: Iterator[Row]) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def customers(path: Path, count: int) -> Path:
    headers = ("external_id", "kind", "name", "tax_id", "email", "phone", "address", "city", "country", "postcode")
    rows = (
        (f"N{i}", "organization", f"{'华信贸易' if i % 4 == 0 else 'Neuland Handel'} {i} GmbH",
         f"DE9{i:08}" if i % 2 else "",
         f"n{i}@neuland{i % 997}.example", f"+49 40 7{i:07}", f"Weg {i % 99}",
         "Bremen", "DE", f"{i % 99999:05}")
        for i in range(count)
    )  # fmt: skip
    return written(path, headers, rows)


def orders(path: Path, count: int) -> Path:
    headers = ("external_id", "customer_external_id", "placed_at", "status", "currency", "product_code", "product_name",
               "quantity", "unit_price", "unit_cost")  # fmt: skip
    rows = (
        (f"NO{i // 2}", f"N{i // 2 % ROWS['customers']}", f"2026-0{1 + i // 2 % 9}-1{i // 2 % 9}T10:00:00", "shipped",
         "EUR", f"NP{i % 500}", f"Thing {i % 500}", 1 + i % 5, "19.90", "11.00")
        for i in range(count)
    )  # fmt: skip
    return written(path, headers, rows)


def calls(path: Path, count: int) -> Path:
    """Four lines a call, from the customers above."""
    lines = []
    for number in range(count // 4):
        at, who = 1_770_000_000 + number * 40, f"{1_770_000_000 + number * 40}.{number}|bench"
        lines += [
            f"{at}|{who}|NONE|ENTERQUEUE||0407{number % ROWS['customers']:07}|1\n",
            f"{at + 5}|{who}|SIP/{number % 30}|RINGNOANSWER|4000\n",
            f"{at + 11}|{who}|SIP/{number % 31}|CONNECT|11|{at}.x|3\n",
            f"{at + 200}|{who}|SIP/{number % 31}|COMPLETECALLER|11|{100 + number % 300}|1\n",
        ]
    path.write_text("".join(lines))
    return path


WRITERS: dict[str, Callable[[Path, int], Path]] = {"customers": customers, "orders": orders, "calls": calls}


def peak_memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
