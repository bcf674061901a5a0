"""Issues beside their floor: the same chains of contacts, INSERTed into a table without keys, indexes and triggers."""

from typing import Any

from django.db import connection, transaction

from bench.processor import costed
from bench.recompute import counted, empty, scattered
from bench.timing import best, held_against, timed
from crm.owner import as_owner
from metrics.engine import chains_sql, issues, sql
from metrics.engine.rules import in_force

GOALS = {"full": 2.0, "changed_s": 0.15}
BARE = "CREATE TABLE bench_chains AS SELECT * FROM ({chains}) chain WITH NO DATA"
CHAINS = chains_sql._chains("true")  # noqa: SLF001 - the floor is that statement and no copy of it


def measure(*, repeat: int = 2) -> dict[str, Any]:
    """Seconds, floor, ratio and goal of a full rebuild, best of `repeat`; and of 1,000 changed (customer, purpose).

    `seconds` of the full one is from nothing, `unchanged_s` over issues that are right already.
    """
    issues.rebuild(rules=in_force())
    return {"full": full(repeat=repeat), "changed": changed(repeat=repeat)}


def full(*, repeat: int) -> dict[str, Any]:
    floor = best(repeat, bare_seconds)
    again = best(repeat, lambda: timed(rebuild_all))
    empty("metrics_issue")
    cost = costed(rebuild_all)
    return {
        "contacts": counted(f"customers_interaction WHERE {chains_sql.CONTACTS}"),
        "issues": counted("metrics_issue"),
        **held_against(floor, cost.seconds, goal=GOALS["full"]),
        **cost.processors,
        "unchanged_s": round(again, 3),
    }


def bare_seconds() -> float:
    """Rolled back: nothing of it stays."""
    hours = {"repeat_hours": in_force()["repeat_window_hours"]}
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.MORE_MEMORY)
        cursor.execute(BARE.format(chains=CHAINS), hours)
        seconds = timed(lambda: cursor.execute(f"INSERT INTO bench_chains {CHAINS}", hours))
        transaction.set_rollback(True)
    return seconds


def changed(*, repeat: int) -> dict[str, Any]:
    change = "UPDATE customers_interaction SET occurred_at = occurred_at - interval '1 hour' WHERE id = ANY(%s)"
    picked = scattered("customers_interaction")

    def run() -> float:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(change, [picked])
            seconds = timed(lambda: issues.rebuild_marked(hours=in_force()["repeat_window_hours"]))
            transaction.set_rollback(True)
        return seconds

    seconds = best(repeat, run)
    return {
        "changes": len(picked),
        "seconds": round(seconds, 3),
        "goal_s": GOALS["changed_s"],
        "within_goal": seconds <= GOALS["changed_s"],
    }


def rebuild_all() -> None:
    issues.rebuild_all(hours=in_force()["repeat_window_hours"])
