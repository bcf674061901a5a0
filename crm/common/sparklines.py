"""The geometry of a sparkline: pure arithmetic, so that the page needs no script to draw one."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 120.0
HEIGHT = 32.0
PAD = 3.0


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """Coordinates in a WIDTH × HEIGHT box. `paths` are the runs of known values, as SVG `points`."""

    paths: list[str]
    last: tuple[float, float] | None
    go_live_x: float | None
    baseline_y: float | None
    width: float = WIDTH
    height: float = HEIGHT


def layout(values: Sequence[float | None], *, go_live: int | None = None, baseline: float | None = None) -> Sparkline:
    """Scale `values` (oldest first, None where there is no data) into the box; `go_live` is an index into them."""
    known = [float(value) for value in values if value is not None]
    scale = [*known, float(baseline)] if baseline is not None else known
    low, high = (min(scale), max(scale)) if scale else (0.0, 0.0)
    points = [
        None if value is None else (_x(at, len(values)), _y(float(value), low, high)) for at, value in enumerate(values)
    ]
    drawn = [point for point in points if point]
    return Sparkline(
        paths=[" ".join(f"{x},{y}" for x, y in run) for run in _runs(points)],
        last=drawn[-1] if drawn else None,
        go_live_x=None if go_live is None or not 0 <= go_live < len(values) else _x(go_live - 0.5, len(values)),
        baseline_y=None if baseline is None else _y(float(baseline), low, high),
    )


def _x(at: float, count: int) -> float:
    return round(PAD + (WIDTH - 2 * PAD) * max(at, 0) / max(count - 1, 1), 1)


def _y(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return round(HEIGHT - PAD - (HEIGHT - 2 * PAD) * share, 1)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
