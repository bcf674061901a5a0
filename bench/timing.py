"""Measuring: seconds of work and of queries, and percentiles of many."""

import json
import time
from collections.abc import Callable, Sequence

from django.db import connection


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


def held_against(floor: float, seconds: float, *, goal: float) -> dict[str, float | bool]:
    return {
        "floor_s": round(floor, 3),
        "seconds": round(seconds, 3),
        "ratio": round(seconds / floor, 2),
        "goal_ratio": goal,
        "within_goal": seconds <= goal * floor,
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * int(share * 100) // 100) - 1)]
