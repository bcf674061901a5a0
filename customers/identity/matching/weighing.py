"""What spoke for and against: of given pairs, what each comparison says and how much that is.

A weight is the binary logarithm of how much more often that is seen of one customer than of two (Fellegi and Sunter
1969); with that of the prior they add up to the odds of the score.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import pyarrow as pa
from duckdb import DuckDBPyConnection

from customers.identity.matching.comparing import ELSE, Comparison, Model
from customers.identity.matching.grouping import Scored
from customers.identity.matching.scoring import rare

BLOCK: Final = 5_000
SHOWN: Final = {"form": ("forms",)}
"""Lists, of comparisons that are not shown by what they need."""
_WANTED: Final = pa.schema([("left_id", pa.int64()), ("right_id", pa.int64()), ("score", pa.float64())])
_TOLD_OF_ONE: Final = 4  # level, how rare, left, right
_PAIRS: Final = """
SELECT left_id, right_id, score, {told} FROM (
  SELECT w.left_id, w.right_id, w.score, {sides} FROM wanted w
  JOIN record l ON l.id = w.left_id JOIN record r ON r.id = w.right_id
) pair {rarities} ORDER BY left_id, right_id
"""
_RARITIES: Final = "LEFT JOIN rarity_{column} ON rarity_{column}.{column} = pair.{column}_l"


class Weighed(NamedTuple):
    """Two records, how probable it is that they are one, and why: see `Match.evidence`."""

    left: int
    right: int
    score: float
    evidence: list[dict[str, Any]]


def weighed(
    duck: DuckDBPyConnection, model: Model, comparisons: Sequence[Comparison], pairs: Sequence[Scored]
) -> Iterator[Weighed]:
    """Of records in the table `record`, by `comparisons` as they were told; of who was never compared as well."""
    if not pairs or not comparisons:
        return
    duck.register("wanted", pa.table(list(map(pa.array, zip(*pairs, strict=True))), schema=_WANTED))
    asked = duck.execute(_statement(model, comparisons))
    while rows := asked.fetchmany(BLOCK):
        for left, right, score, *told in rows:
            each = zip(comparisons, zip(*[iter(told)] * _TOLD_OF_ONE, strict=True), strict=True)
            yield Weighed(left, right, score, [_evidence(one, *values) for one, values in each])
    duck.unregister("wanted")


def _statement(model: Model, comparisons: Sequence[Comparison]) -> str:
    sides = [f"l.{one} AS {one}_l, r.{one} AS {one}_r" for one in model.columns if one != "id"]
    return _PAIRS.format(
        told=", ".join(part for one in comparisons for part in _told(one)),
        sides=", ".join(sides),
        rarities=" ".join(_RARITIES.format(column=column) for column in rare(comparisons)),
    )


def _told(comparison: Comparison) -> Iterator[str]:
    whens = " ".join(f"WHEN {one.holds} THEN {at}" for at, one in enumerate(comparison.levels) if one.holds != ELSE)
    yield f"CASE {whens} ELSE {len(comparison.levels) - 1} END"
    shares = [f"WHEN {one.holds} THEN rarity_{one.rare}.tf_{one.rare}" for one in comparison.levels if one.rare]
    yield f"CASE {' '.join(shares)} END" if shares else "NULL"
    for side in "lr":
        shown = ", ".join(f"{one}_{side}" for one in SHOWN.get(comparison.key, comparison.needs))
        yield f"array_to_string({shown}, ' ')" if comparison.key in SHOWN else f"concat_ws(' ', {shown})"


def _evidence(comparison: Comparison, at: int, share: float | None, left: str, right: str) -> dict[str, Any]:
    level = comparison.levels[at]
    weight = 0.0 if level.m is None else math.log2(level.m / (share or level.u))
    return {"key": comparison.key, "level": level.key, "weight": round(weight, 2), "left": left, "right": right}
