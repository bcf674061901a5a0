"""An earlier run beside this one: every figure that both have, the worst regressions first."""

import argparse
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Better = Literal["less", "more", "neither"]
RATES = ("per_s",)
COSTS = ("_ms", "_s", "seconds", "_mb", "ratio", "queries")  # of names: "floor_s", "p95_ms"
LEFT_OUT = ("goal", "took_s", "load", "cpus")  # a goal is nobody's achievement; the rest is the machine's


@dataclass(frozen=True, kw_only=True)
class Change:
    name: str
    old: float
    new: float

    @property
    def ratio(self) -> float:
        if self.old:
            return self.new / self.old
        return math.inf if self.new else 1.0

    @property
    def worse(self) -> float:
        """How many times worse it is than before; 1 where it is the same or can be neither better nor worse."""
        better = better_if(self.name)
        if better == "neither":
            return 1.0
        if better == "less":
            return self.ratio
        return 1 / self.ratio if self.ratio else math.inf


def better_if(name: str) -> Better:
    """By the words of a figure's name, from the last on; counts of rows or requests say only what was measured."""
    for word in reversed(name.split(".")):
        if word.endswith(RATES):
            return "more"
        if word.endswith(COSTS):
            return "less"
    return "neither"


def earlier(path: str) -> dict[str, Any]:
    """The JSON object of an earlier run, for argparse."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read as the result of a run: {error}") from error
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError(f"{path} holds no result of a run.")
    return found


def leaves(result: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, float]]:
    """Every number with its place in the result, words joined by dots."""
    for key, value in result.items():
        name = f"{within}.{key}" if within else key
        if isinstance(value, Mapping):
            yield from leaves(value, name)
        elif isinstance(value, int | float) and not isinstance(value, bool) and not key.startswith(LEFT_OUT):
            yield name, float(value)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Those of both; what got most worse comes first, what says only what was measured comes last."""
    before = dict(leaves(old))
    both = [Change(name=name, old=before[name], new=value) for name, value in leaves(new) if name in before]
    return sorted(both, key=lambda one: (better_if(one.name) == "neither", -one.worse))


def side_by_side(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    found = changes(old, new)
    if not found:
        return "The two runs have no figure in common.\n"
    width = max(len(one.name) for one in found)
    lines = [f"{'old':>12} {'new':>12} {'new/old':>8}  figure"]
    lines += [f"{one.old:>12,.6g} {one.new:>12,.6g} {one.ratio:>8.2f}  {one.name:<{width}}".rstrip() for one in found]
    return "\n".join(lines) + "\n"
