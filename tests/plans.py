"""What the planner makes of a statement, for tests that hold a rule in SQL to being no slower than written out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection


def nodes(statement: str, parameters: Sequence[object] | Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """The plan's nodes, from the outermost in."""
    return _explained("FORMAT JSON, VERBOSE", statement, parameters)


def ran(statement: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """Those of a statement that was run, with what each of them did."""
    return _explained("ANALYZE, FORMAT JSON", statement, parameters)


def compared_in_vain(plan: list[dict[str, Any]]) -> int:
    """How many pairs of rows were held against each other and did not belong together."""
    return sum(node.get("Rows Removed by Join Filter", 0) * node.get("Actual Loops", 1) for node in plan)


def _explained(
    how: str, statement: str, parameters: Sequence[object] | Mapping[str, object] | None
) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({how}) {statement}", parameters)
        (found,) = cursor.fetchone()
    return list(_walk(found[0]["Plan"]))


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk(child)


def indexes(plan: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in plan if "Index Name" in node}


def calls(plan: list[dict[str, Any]], function: str) -> bool:
    """Whether the function is still called at run time: then the planner did not put its body in place of the call."""
    return any(function in str({**node, "Plans": None}) for node in plan)
