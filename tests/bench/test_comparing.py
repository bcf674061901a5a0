import argparse
import json
import math
from pathlib import Path

import pytest

from bench.comparing import Change, better_if, changes, earlier, leaves, side_by_side

OLD = {
    "machine": {"cpus": 2, "load": 1.0},
    "pages": {"list": {"p95_ms": 20.0, "queries": 7, "goal_ms": 25, "within_goal": True}, "took_s": 9.0},
    "imports": {"orders": {"rows": 200_000, "rows_per_s": 20_000}},
    "gone": {"p95_ms": 1.0},
}
NEW = {
    "machine": {"cpus": 8, "load": 9.0},
    "pages": {"list": {"p95_ms": 30.0, "queries": 7, "goal_ms": 20, "within_goal": False}, "took_s": 1.0},
    "imports": {"orders": {"rows": 400_000, "rows_per_s": 5_000}},
    "fresh": {"p95_ms": 1.0},
}


def test_leaves_are_the_numbers_that_were_measured() -> None:
    assert dict(leaves(OLD)) == {
        "pages.list.p95_ms": 20.0,
        "pages.list.queries": 7.0,
        "imports.orders.rows": 200_000.0,
        "imports.orders.rows_per_s": 20_000.0,
        "gone.p95_ms": 1.0,
    }


def test_the_worst_regression_comes_first_and_counts_come_last() -> None:
    assert [(one.name, one.worse) for one in changes(OLD, NEW)] == [
        ("imports.orders.rows_per_s", 4.0),
        ("pages.list.p95_ms", 1.5),
        ("pages.list.queries", 1.0),
        ("imports.orders.rows", 1.0),
    ]


def test_old_and_new_stand_side_by_side_with_their_ratio() -> None:
    assert side_by_side(OLD, NEW).splitlines() == [
        "         old          new  new/old  figure",
        "      20,000        5,000     0.25  imports.orders.rows_per_s",
        "          20           30     1.50  pages.list.p95_ms",
        "           7            7     1.00  pages.list.queries",
        "     200,000      400,000     2.00  imports.orders.rows",
    ]


def test_runs_without_a_common_figure_say_so() -> None:
    assert side_by_side({"a": {"p50_ms": 1}}, {"b": {"p50_ms": 1}}) == "The two runs have no figure in common.\n"


def test_what_was_nothing_is_worse_without_bound_and_nothing_again_is_the_same() -> None:
    assert Change(name="a.p50_ms", old=0, new=1).worse == math.inf
    assert Change(name="a.p50_ms", old=0, new=0).worse == 1.0
    assert Change(name="a.rows_per_s", old=5, new=0).worse == math.inf


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("http.list.requests_per_s", "more"),
        ("imports.calls.again_rows_per_s", "more"),
        ("recompute.calls.seconds", "less"),
        ("recompute.calls.floor_s", "less"),
        ("http.memory.beat_mb", "less"),
        ("retier.ratio", "less"),
        ("beside.created.longest_ms.list", "less"),
        ("pages.list.requests", "neither"),
        ("issues.full.contacts", "neither"),
    ],
)
def test_what_is_better_is_known_by_the_name(name: str, better: str) -> None:
    assert better_if(name) == better


def test_an_earlier_run_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(json.dumps(OLD))
    assert earlier(str(file)) == OLD


@pytest.mark.parametrize("text", ["seeding …", "[1, 2]"])
def test_what_is_no_run_is_refused_before_anything_is_measured(tmp_path: Path, text: str) -> None:
    file = tmp_path / "run.json"
    file.write_text(text)
    with pytest.raises(argparse.ArgumentTypeError, match=r"run\.json"):
        earlier(str(file))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"none\.json"):
        earlier(str(tmp_path / "none.json"))
