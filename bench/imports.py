"""Rows a second of whole imports, first and second time, beside COPY of the same rows into a bare table.

Files grow with the data they come to, up to the goals' 500,000 rows, and hold what no run before has loaded.
"""

import csv
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from bench.processor import costed
from bench.timing import timed
from customers.importing import batches
from customers.models import Call, Customer, Order, SourceRecord

GOALS = {"customers": 5_000, "orders": 20_000, "calls": 25_000}
GOAL_MEMORY_MB = 200
LEAST, MOST = 20_000, 500_000
ROWS_A_CUSTOMER = {"customers": 0.5, "orders": 2, "calls": 2}
BLOCK = 1 << 20
SOURCE = "bench"
Row = Sequence[object]


def measure() -> dict[str, Any]:
    present = Customer.objects.count()
    with tempfile.TemporaryDirectory() as folder:
        found = {kind: one(kind, Path(folder), rows(kind, present)) for kind in WRITERS}
    return {"customers_before": present, **found, "peak_memory_mb": peak_memory_mb()}


def rows(kind: str, present: int) -> int:
    """Of the file that comes to a database with so many customers."""
    return min(max(round(present * ROWS_A_CUSTOMER[kind]), LEAST), MOST)


def one(kind: str, folder: Path, count: int) -> dict[str, Any]:
    path = WRITERS[kind](folder / kind, count, loaded(kind))
    floor = copy_seconds(path)
    before = forget_peak()
    first = costed(lambda: load(kind, path))
    peak = peak_mb()
    again = costed(lambda: load(kind, path))
    rate = round(count / first.seconds)
    return {
        "rows": count,
        "rows_per_s": rate,
        "again_rows_per_s": round(count / again.seconds),
        "processor_s": first.processor_s,
        **first.processors,
        "again_processor_s": again.processor_s,
        "before_mb": before,
        "peak_mb": peak,
        "goal_peak_mb": GOAL_MEMORY_MB,
        "copy_rows_per_s": round(count / floor),
        "goal_rows_per_s": GOALS[kind],
        "within_goal": rate >= GOALS[kind],
    }


def loaded(kind: str) -> int:
    """How many of them earlier files brought: there the next one begins."""
    found: dict[str, QuerySet[Any]] = {
        "customers": SourceRecord.objects.filter(system__key=SOURCE, kind=kind),
        "orders": Order.objects.filter(number__startswith="NO"),
        "calls": Call.objects.filter(system__key=SOURCE),
    }
    return found[kind].count()


def load(kind: str, path: Path) -> None:
    batch = batches.load_file(kind=kind, path=path, source=SOURCE, mapping={})
    assert batch.rejected == batch.parked == 0


def copy_seconds(path: Path) -> float:
    """The floor: the file's lines into one text column."""

    def copy() -> None:
        with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file:
            cursor.execute("CREATE TEMP TABLE bench_floor (line text) ON COMMIT DROP")
            with cursor.copy("COPY bench_floor FROM STDIN WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')") as to:
                while block := file.read(BLOCK):
                    to.write(block)

    return timed(copy)


def forget_peak() -> int:
    """Megabytes that this process holds now; the most it ever held is counted anew from here."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return status_mb("VmRSS")


def peak_mb() -> int:
    return status_mb("VmHWM")


def status_mb(name: str) -> int:
    """Of this process; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) // 1024
    return 0


def written(path: Path, headers: Row, rows: Iterator[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)
    return path


def customers(path: Path, count: int, start: int = 0) -> Path:
    headers = ("external_id", "kind", "name", "tax_id", "email", "phone", "address", "city", "country", "postcode")
    rows = (
        (f"N{i}", "organization", f"{'华信贸易' if i % 4 == 0 else 'Neuland Handel'} {i} GmbH",
         f"DE9{i:08}" if i % 2 else "",
         f"n{i}@neuland{i % 997}.example", f"+49 40 7{i:07}", f"Weg {i % 99}",
         "Bremen", "DE", f"{i % 99999:05}")
        for i in range(start, start + count)
    )  # fmt: skip
    return written(path, headers, rows)


def orders(path: Path, count: int, start: int = 0) -> Path:
    headers = ("external_id", "customer_external_id", "placed_at", "status", "currency", "product_code", "product_name",
               "quantity", "unit_price", "unit_cost")  # fmt: skip
    rows = (
        (f"NO{start + i // 2}", f"N{i // 2 % (count // 4)}", f"2026-0{1 + i // 2 % 9}-1{i // 2 % 9}T10:00:00",
         "shipped", "EUR", f"NP{i % 500}", f"Thing {i % 500}", 1 + i % 5, "19.90", "11.00")
        for i in range(count)
    )  # fmt: skip
    return written(path, headers, rows)


def calls(path: Path, count: int, start: int = 0) -> Path:
    """Four lines a call, from the first of the customers above."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(start, start + count // 4):
            at, who = 1_770_000_000 + number * 40, f"{1_770_000_000 + number * 40}.{number}|bench"
            file.writelines([
                f"{at}|{who}|NONE|ENTERQUEUE||0407{number % (count // 4):07}|1\n",
                f"{at + 5}|{who}|SIP/{number % 30}|RINGNOANSWER|4000\n",
                f"{at + 11}|{who}|SIP/{number % 31}|CONNECT|11|{at}.x|3\n",
                f"{at + 200}|{who}|SIP/{number % 31}|COMPLETECALLER|11|{100 + number % 300}|1\n",
            ])  # fmt: skip
    return path


WRITERS: dict[str, Callable[[Path, int, int], Path]] = {"customers": customers, "orders": orders, "calls": calls}


def peak_memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
