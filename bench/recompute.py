"""Recompute beside its floors: the plain SELECTs that read the same facts, measured in the same run.

The facts are those of the database and stay as they are: scattered changes are rolled back. The figures are built anew.
"""

from typing import Any

from django.db import connection, transaction

from bench.processor import costed
from bench.timing import best, executed, held_against, timed
from crm.owner import as_owner
from metrics.engine import issues, months, registry
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
GOALS = {"calls": 2.0, "scattered_s": 0.3}


def measure(*, repeat: int = 3) -> dict[str, Any]:
    """Seconds, floors, ratios and goals of full and incremental recomputes; each the best of `repeat`.

    `seconds` of a full one is from nothing, `unchanged_s` over figures that are right already.
    """
    issues.rebuild(rules=in_force())
    for definition in definitions(registry.sources()):
        rebuild(definition)
    found = {"calls": full_calls(repeat=repeat), "scattered_changes": scattered_changes(repeat=repeat)}
    for definition in definitions(registry.sources()):
        rebuild(definition)
    return {**found, "months": costed(months.keep_all).processors}


def full_calls(*, repeat: int) -> dict[str, Any]:
    (calls,) = definitions([CALLS])
    floor = best(repeat, lambda: executed(sums_by_cell(calls)))
    again = best(repeat, lambda: timed(lambda: rebuild(calls)))
    empty("metrics_rollup")
    cost = costed(lambda: rebuild(calls))
    return {
        "rows": counted("customers_call"),
        "cells": counted(f"metrics_rollup WHERE source = {calls.number}"),
        "histogram_entries": total("cardinality(histogram)", "metrics_rollup"),
        **held_against(floor, cost.seconds, goal=GOALS["calls"]),
        **cost.processors,
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

    seconds = best(repeat, run)
    return {
        "changes": len(picked),
        "seconds": round(seconds, 3),
        "goal_s": GOALS["scattered_s"],
        "within_goal": seconds <= GOALS["scattered_s"],
    }


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
