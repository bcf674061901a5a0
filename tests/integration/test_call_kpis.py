"""Every call KPI of a queue log equals the truth counted apart, by day and in total, however the log arrives."""

import gzip
import json
import random
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from customers.models import Call, CallEvent, Interaction
from tests.integration.queue_log_truth import TrueCall, TrueLog, by_day, draw, true_kpis

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

CALLERS = 600


@pytest.fixture(scope="module")
def log() -> TrueLog:
    return draw(seed=7, count=CALLERS)


def command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    with suppress(SystemExit):  # done in part: lines were rejected
        call_command(*arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def load(path: Path) -> dict[str, int]:
    found = command("import_file", "calls", str(path), "--source", "telephone")
    return {name: found[name] for name in ("rows", "created", "updated", "unchanged", "rejected")}


def counted(*, rows: int = 0, created: int = 0, unchanged: int = 0, rejected: int = 0) -> dict[str, int]:
    return {"rows": rows, "created": created, "updated": 0, "unchanged": unchanged, "rejected": rejected}


def write(path: Path, lines: list[str]) -> Path:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    return path


def figures(key: str, by: str) -> dict[str, tuple[Fraction, Fraction, int]]:
    rows = command("kpi", key, "--by", by)["rows"]
    return {row["period"]: (Fraction(row["numerator"]), Fraction(row["denominator"]), row["n"]) for row in rows}


def assert_true(calls: list[TrueCall]) -> None:
    command("recompute")
    for key, (numerator, denominator) in true_kpis(calls).items():
        assert figures(key, "total")["total"][:2] == (numerator, denominator), key
    days = {str(day): true_kpis(of_day) for day, of_day in by_day(calls).items()}
    for key in true_kpis([]):
        expected = {day: kpis[key] for day, kpis in days.items() if kpis[key][1]}
        assert {day: found[:2] for day, found in figures(key, "day").items() if found[1]} == expected, key


def test_as_the_telephone_system_wrote_it(log: TrueLog, tmp_path: Path) -> None:
    assert load(write(tmp_path / "queue_log", log.lines)) == counted(rows=len(log.lines), created=len(log.lines))
    assert Call.objects.count() == len(log.calls) == Interaction.objects.count()
    assert_true(log.calls)
    assert load(tmp_path / "queue_log") == counted(rows=len(log.lines), unchanged=len(log.lines))
    assert_true(log.calls)


def out_of_order(lines: list[str], folder: Path) -> list[Path]:
    return [write(folder / "queue_log", random.Random(1).sample(lines, len(lines)))]


def files_backwards(lines: list[str], folder: Path) -> list[Path]:
    third = len(lines) // 3
    parts = (lines[2 * third :], lines[third : 2 * third], lines[:third])
    return [write(folder / f"queue_log.{place}", part) for place, part in enumerate(parts)]


def overlapping_and_packed(lines: list[str], folder: Path) -> list[Path]:
    first = folder / "queue_log.1.gz"
    first.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines[:900]).encode()))
    return [first, write(folder / "queue_log", lines[500:])]


@pytest.mark.parametrize("arrive", [out_of_order, files_backwards, overlapping_and_packed])
def test_however_it_arrives(log: TrueLog, tmp_path: Path, arrive: Callable[[list[str], Path], list[Path]]) -> None:
    for path in arrive(log.lines, tmp_path):
        assert load(path)["rejected"] == 0
        command("recompute")
    assert CallEvent.objects.count() == len(log.lines)
    assert_true(log.calls)


def test_cut_in_the_middle_of_a_line_and_completed_later(log: TrueLog, tmp_path: Path) -> None:
    path = write(tmp_path / "queue_log", log.lines)
    whole = path.read_bytes()
    cut = whole.index(b"COMPLETE", len(whole) // 2) + len("COMPLETECALLER|1")
    path.write_bytes(whole[:cut])
    before = whole[:cut].count(b"\n")
    assert load(path) == counted(rows=before + 1, created=before, rejected=1)
    command("recompute")
    path.write_bytes(whole)
    assert load(path) == counted(rows=len(log.lines), created=len(log.lines) - before, unchanged=before)
    assert_true(log.calls)


def test_calls_still_open_at_the_end_are_counted_once_they_end(log: TrueLog, tmp_path: Path) -> None:
    assert sum(call.outcome == "open" for call in log.calls) > 10
    assert sum(call.outcome == "answered" and call.talk is None for call in log.calls) > 10
    load(write(tmp_path / "queue_log", log.lines))
    waiting = Call.objects.filter(outcome="open").order_by("callid")
    ends = [
        f"{int(call.entered_at.timestamp()) + 999}|{call.callid}|{call.queue.name}|NONE|ABANDON|1|1|9"
        for call in waiting
    ]
    load(write(tmp_path / "queue_log.new", ends))
    ended = [call if call.outcome != "open" else TrueCall(call.day, call.queue, "abandoned", 9) for call in log.calls]
    assert_true(ended)
