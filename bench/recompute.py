"""Recompute beside its floors: the plain SELECTs that read the same facts, measured in the same run.

The facts are those of the database and stay as they are: scattered changes are rolled back. The figures are built anew.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from crm.owner import as_owner
from metrics.engine import chains_sql, issues, registry
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import (
    Tally,
    definitions,
    mark_all,
    months_to_rebuild,
    rebuild_months,
    recompute_marked,
)
from metrics.engine.rules import in_force
from metrics.kpis.calls import CALLS

CHANGES = 1_000
GOALS = {"calls": 2.5, "issues": 3.0, "scattered_s": 1.0, "changed_issues_s": 0.5}


def measure(*, repeat: int = 3) -> dict[str, Any]:
    """Seconds, floors, ratios and goals of full and incremental recomputes; each the best of `repeat`.

    `seconds` of a full one is from nothing, `unchanged_s` over figures that are right already.
    """
    issues.rebuild(rules=in_force())
    for definition in definitions(registry.sources()):
        rebuild(definition)
    return {
        "issues": full_issues(repeat=repeat),
        "calls": full_calls(repeat=repeat),
        "scattered_changes": scattered_changes(repeat=repeat),
        "changed_issues": changed_issues(repeat=repeat),
    }


def full_calls(*, repeat: int) -> dict[str, Any]:
    (calls,) = definitions([CALLS])
    floor = best(repeat, lambda: executed(sums_by_cell(calls)))
    again = best(repeat, lambda: timed(lambda: rebuild(calls)))
    empty("metrics_rollup")
    seconds = timed(lambda: rebuild(calls))
    return {
        "rows": counted("customers_call"),
        "cells": counted(f"metrics_rollup WHERE source = {calls.number}"),
        "histogram_entries": total("cardinality(histogram)", "metrics_rollup"),
        **held_against(floor, seconds, goal=GOALS["calls"]),
        "unchanged_s": round(again, 3),
    }


def full_issues(*, repeat: int) -> dict[str, Any]:
    contacts = f"customers_interaction WHERE {chains_sql.CONTACTS}"
    scan = (
        f"SELECT customer_id, purpose, occurred_at, id, team_id, channel, tier_id FROM {contacts} ORDER BY 1, 2, 3, 4"
    )
    floor = best(repeat, lambda: executed(scan))
    again = best(repeat, lambda: timed(rebuild_issues))
    empty("metrics_issue")
    seconds = timed(rebuild_issues)
    figures = held_against(floor, seconds, goal=GOALS["issues"])
    return {
        "contacts": counted(contacts),
        "issues": counted("metrics_issue"),
        **figures,
        "unchanged_s": round(again, 3),
    }


def scattered_changes(*, repeat: int) -> dict[str, Any]:
    """Calls all over the years change; the cells they mark are recomputed."""
    change = "UPDATE customers_call SET waited_ms = coalesce(waited_ms, 0) + 1000 WHERE id = ANY(%s)"
    picked = scattered("customers_call")
    (calls,) = definitions([CALLS])

    def run() -> float:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(change, [picked])
            seconds = timed(lambda: recompute_marked(calls, tally=Tally()))
            transaction.set_rollback(True)
        return seconds

    return {"changes": len(picked), "seconds": round(best(repeat, run), 3), "goal_s": GOALS["scattered_s"]}


def changed_issues(*, repeat: int) -> dict[str, Any]:
    change = "UPDATE customers_interaction SET occurred_at = occurred_at - interval '1 hour' WHERE id = ANY(%s)"
    picked = scattered("customers_interaction")

    def run() -> float:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(change, [picked])
            seconds = timed(lambda: issues.rebuild_marked(hours=in_force()["repeat_window_hours"]))
            transaction.set_rollback(True)
        return seconds

    return {"changes": len(picked), "seconds": round(best(repeat, run), 3), "goal_s": GOALS["changed_issues_s"]}


def rebuild_issues() -> None:
    issues.rebuild_all(hours=in_force()["repeat_window_hours"])


def empty(table: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


def rebuild(definition: Definition) -> None:
    mark_all(definition)
    rebuild_months(months_to_rebuild(definition), tally=Tally())


def sums_by_cell(definition: Definition) -> str:
    """The sums alone, without histograms, by cell."""
    source = definition.source
    cell = f"{source.day}, {source.team}, {source.tier}"
    return f"SELECT {cell}, {', '.join(definition.sums)} FROM {definition.facts} GROUP BY 1, 2, 3"


def executed(query: str) -> float:
    """Seconds of a query in the server, without sending its rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}")
        (found,) = cursor.fetchone()
    plan = json.loads(found) if isinstance(found, str) else found
    return float(plan[0]["Execution Time"]) / 1000


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def best(repeat: int, measure_once: Callable[[], float]) -> float:
    return min(measure_once() for _ in range(repeat))


def held_against(floor: float, seconds: float, *, goal: float) -> dict[str, float]:
    return {
        "floor_s": round(floor, 3),
        "seconds": round(seconds, 3),
        "ratio": round(seconds / floor, 2),
        "goal_ratio": goal,
    }


def counted(table: str) -> int:
    return total("1", table)


def total(value: str, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum({value}), 0)::bigint FROM {table}")
        (found,) = cursor.fetchone()
    return int(found)


def scattered(table: str) -> list[int]:
    """Ids all over a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} ORDER BY hashint8(id) LIMIT {CHANGES}")
        return [pk for (pk,) in cursor.fetchall()]
